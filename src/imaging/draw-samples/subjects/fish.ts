import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawFish({ pen, main, shade, shine, accent, line }: Brush): string {
  const half = pen.between(13, 27)
  const nose = pen.between(-46, -38)
  const tail = pen.between(16, 26)
  const fork = pen.between(12, 26)
  const body = `M${n(nose)} 0 Q-12 ${n(-half * 1.7)} ${n(tail)} -3 L${n(tail)} 3 Q-12 ${n(half * 1.7)} ${n(nose)} 0Z`
  const scales = Array.from({ length: pen.pick([0, 3, 4]) }, (_, index) => {
    const x = -14 + index * 9
    return `<path d="M${x} ${n(-half * 0.5)} q5 ${n(half * 0.5)} 0 ${n(half)}" ${line(1.4, 'shade')}/>`
  })
  return [
    `<path d="M${n(tail - 4)} 0 L46 ${n(-fork)} Q${n(tail + 14)} 0 46 ${n(fork)}Z" ${accent}/>`,
    `<path d="M-16 ${n(-half * 0.7)} Q0 ${n(-half - pen.between(8, 18))} 12 ${n(-half * 0.4)}Z" ${shade}/>`,
    `<path d="${body}" ${main}/>`,
    ...scales,
    `<path d="M-10 ${n(half * 0.2)} q8 ${n(pen.between(8, 14))} 14 4 q-6 -6 -14 -4Z" ${pen.chance(0.5) ? shine : accent}/>`,
    `<circle cx="${n(nose + 13)}" cy="${n(-half * 0.22)}" r="4" fill="#fff"/>`,
    `<circle cx="${n(nose + 12.4)}" cy="${n(-half * 0.22)}" r="2" fill="#161616"/>`,
  ].join('')
}
