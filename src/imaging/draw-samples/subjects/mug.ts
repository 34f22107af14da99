import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawMug({ pen, main, shade, accent, line }: Brush): string {
  const half = pen.between(18, 26)
  const foot = half * pen.between(0.7, 1)
  const top = pen.between(-34, -20)
  const bottom = pen.between(30, 42)
  const middle = (top + bottom) / 2
  const side = pen.pick([-1, 1])
  const reach = pen.between(14, 22)
  const rim = pen.between(4, 8)
  const decoration = pen.pick([
    '',
    `<path d="M${n(-half + 1)} ${n(middle)} Q0 ${n(middle + rim)} ${n(half - 1)} ${n(middle)}" ${line(5, 'accent')}/>`,
    `<circle cx="0" cy="${n(middle + 4)}" r="8" ${accent}/>`,
  ])
  const steam = pen.chance(0.35)
    ? [-7, 5].map(
        (x) =>
          `<path d="M${x} ${n(top - 8)} q-5 -6 0 -11 q5 -5 0 -10" fill="none" stroke="#fff" stroke-opacity=".7" stroke-width="2.4" stroke-linecap="round"/>`,
      )
    : []
  return [
    `<path d="M${n(side * half * 0.95)} ${n(middle - 14)} C${n(side * (half + reach))} ${n(middle - 18)} ${n(side * (half + reach))} ${n(middle + 16)} ${n(side * foot * 0.97)} ${n(middle + 12)}" ${line(pen.between(4.5, 7))}/>`,
    `<path d="M${n(-half)} ${n(top)} L${n(-foot)} ${n(bottom - 4)} Q0 ${n(bottom + 6)} ${n(foot)} ${n(bottom - 4)} L${n(half)} ${n(top)}Z" ${main}/>`,
    decoration,
    `<ellipse cx="0" cy="${n(top)}" rx="${n(half)}" ry="${n(rim)}" ${shade}/>`,
    `<ellipse cx="0" cy="${n(top + 1)}" rx="${n(half * 0.84)}" ry="${n(rim * 0.7)}" fill="${pen.pick(['#4a2c1a', '#2e1d12', '#7b4a23', '#b5793b'])}"/>`,
    ...steam,
  ].join('')
}
