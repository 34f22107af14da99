import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawHouse({ pen, main, shade, accent, shine }: Brush): string {
  const half = pen.between(24, 38)
  const eaves = pen.between(-14, 0)
  const ridge = eaves - pen.between(18, 32)
  const floor = 42
  const overhang = pen.between(2, 8)
  const door = pen.pick([-0.45, 0, 0.45]) * half
  const roof = pen.chance(0.7)
    ? `M${n(-half - overhang)} ${n(eaves)} L0 ${n(ridge)} L${n(half + overhang)} ${n(eaves)}Z`
    : `M${n(-half - overhang)} ${n(eaves)} L${n(-half * 0.6)} ${n(ridge)} L${n(half * 0.6)} ${n(ridge)} L${n(half + overhang)} ${n(eaves)}Z`
  const chimney = pen.chance(0.6)
    ? `<rect x="${n(half * 0.35)}" y="${n(ridge + 2)}" width="8" height="${n(eaves - ridge - 4)}" ${shade}/>`
    : ''
  const window = (x: number): string => {
    const y = eaves + 8
    return `<rect x="${n(x - 6)}" y="${n(y)}" width="12" height="12" fill="#dff1fb" stroke="#3a3a3a" stroke-width="1.2"/><path d="M${n(x)} ${n(y)}v12M${n(x - 6)} ${n(y + 6)}h12" stroke="#3a3a3a" stroke-width="1"/>`
  }
  const windows = [-0.55, 0.55].map((place) => place * half).filter((x) => Math.abs(x - door) > 13)
  return [
    chimney,
    `<rect x="${n(-half)}" y="${n(eaves)}" width="${n(half * 2)}" height="${n(floor - eaves)}" ${main}/>`,
    `<path d="${roof}" ${accent}/>`,
    `<rect x="${n(door - 6)}" y="18" width="12" height="24" ${pen.chance(0.5) ? shade : shine}/>`,
    `<circle cx="${n(door + 3.4)}" cy="31" r="1.1" fill="#222"/>`,
    ...windows.map(window),
  ].join('')
}
