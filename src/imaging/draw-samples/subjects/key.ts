import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawKey({ pen, line, main }: Brush): string {
  const bow = pen.between(11, 17)
  const center = -45 + bow + 3
  const thickness = pen.between(4.5, 8)
  const end = pen.between(36, 46)
  const head = pen.pick([
    `<circle cx="${n(center)}" cy="0" r="${n(bow)}" ${line(thickness)}/>`,
    `<rect x="${n(center - bow)}" y="${n(-bow)}" width="${n(bow * 2)}" height="${n(bow * 2)}" rx="5" ${line(thickness)}/>`,
    `<g ${line(thickness)}><circle cx="${n(center - 4)}" cy="-7" r="7.5"/><circle cx="${n(center - 4)}" cy="7" r="7.5"/><circle cx="${n(center + 8)}" cy="0" r="6"/></g>`,
  ])
  const teeth = Array.from({ length: pen.pick([2, 3, 4]) }, (_, index) => {
    const length = pen.between(7, 17)
    return `<rect x="${n(end - 5 - index * 8)}" y="0" width="5" height="${n(length)}" ${main}/>`
  })
  return [
    ...teeth,
    `<path d="M${n(center + bow)} 0 H${n(end)}" ${line(thickness)}/>`,
    head,
    pen.chance(0.4) ? `<path d="M${n(center + bow + 4)} -4v8" ${line(3, 'shade')}/>` : '',
  ].join('')
}
