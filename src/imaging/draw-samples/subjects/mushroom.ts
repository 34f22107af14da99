import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawMushroom({ pen, main, line }: Brush): string {
  const half = pen.between(28, 44)
  const brim = pen.between(-8, 6)
  const height = pen.between(26, 42)
  const stem = pen.between(6, 12)
  const bulge = stem + pen.between(0, 7)
  const cream = pen.pick(['#f3ead7', '#e9dcc3', '#d8c7a6', '#fbf6ea'])
  const spots = Array.from({ length: pen.pick([0, 3, 4, 5]) }, (_, index) => {
    const angle = Math.PI * (0.2 + 0.15 * index)
    const distance = pen.between(0.35, 0.75)
    return `<circle cx="${n(Math.cos(angle) * half * distance)}" cy="${n(brim - Math.sin(angle) * height * distance)}" r="${n(pen.between(2.2, 5))}" fill="${cream}"/>`
  })
  return [
    `<path d="M${n(-stem)} ${n(brim - 2)} Q${n(-stem + 2)} 22 ${n(-bulge)} 40 Q0 48 ${n(bulge)} 40 Q${n(stem - 2)} 22 ${n(stem)} ${n(brim - 2)}Z" fill="${cream}" stroke="#00000030" stroke-width="1.5"/>`,
    pen.chance(0.4)
      ? `<path d="M${n(-stem)} ${n(brim + 12)} q${n(stem)} 7 ${n(stem * 2)} 0" ${line(2, 'shade')}/>`
      : '',
    `<path d="M${n(-half)} ${n(brim)} C${n(-half)} ${n(brim - height * 1.3)} ${n(half)} ${n(brim - height * 1.3)} ${n(half)} ${n(brim)} Q0 ${n(brim + pen.between(2, 12))} ${n(-half)} ${n(brim)}Z" ${main}/>`,
    ...spots,
  ].join('')
}
