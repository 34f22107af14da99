import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawUmbrella({ pen, main, accent, shade, line }: Brush): string {
  const half = pen.between(32, 45)
  const height = pen.between(24, 40)
  const edge = pen.between(-8, 4)
  const panels = pen.pick([3, 4, 5])
  const step = (half * 2) / panels
  const dip = pen.between(4, 9)
  const fills = pen.chance(0.6) ? [main, accent] : [main, shade]
  const cloth = Array.from({ length: panels }, (_, index) => {
    const left = -half + index * step
    const right = left + step
    return `<path d="M0 ${n(edge - height)} Q${n(left * 0.95)} ${n(edge - height * 0.85)} ${n(left)} ${n(edge)} Q${n((left + right) / 2)} ${n(edge - dip)} ${n(right)} ${n(edge)} Q${n(right * 0.95)} ${n(edge - height * 0.85)} 0 ${n(edge - height)}Z" ${fills[index % 2] ?? main}/>`
  })
  const hook = pen.pick([-1, 1]) * pen.between(5, 8)
  return [
    `<path d="M0 ${n(edge - height - 5)} V36 q0 8 ${n(hook)} 8 q${n(hook)} 0 ${n(hook)} -7" ${line(pen.between(2.4, 4), 'shade')}/>`,
    ...cloth,
  ].join('')
}
