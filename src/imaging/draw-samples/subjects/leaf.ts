import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawLeaf({ pen, main, line }: Brush): string {
  const half = pen.between(14, 28)
  const widest = pen.between(-12, 6)
  const bend = pen.between(-6, 6)
  const outline = `M0 -46 C${n(half * 0.9)} ${n(widest - 24)} ${n(half * 1.5)} ${n(widest + 18)} ${n(bend)} 34 C${n(-half * 1.5)} ${n(widest + 18)} ${n(-half * 0.9)} ${n(widest - 24)} 0 -46Z`
  const count = pen.pick([3, 4, 5])
  const slope = pen.between(5, 11)
  const veins = Array.from({ length: count }, (_, index) => {
    const y = -22 + (index * 46) / count
    const reach = half * 0.72 * (1 - Math.abs(y + 2) / 60)
    return `M0 ${n(y + slope)} L${n(reach)} ${n(y)} M0 ${n(y + slope)} L${n(-reach)} ${n(y)}`
  })
  return [
    `<path d="M${n(bend)} 32 q${n(-bend)} 8 ${n(pen.between(-6, 6))} 15" ${line(3, 'shade')}/>`,
    `<path d="${outline}" ${main}/>`,
    `<path d="M0 -42 Q${n(-bend)} 0 ${n(bend)} 34 ${veins.join(' ')}" ${line(1.5, 'shade')}/>`,
  ].join('')
}
