import type { Brush } from '../brush.ts'
import { n } from '../pen.ts'

export function drawTree({ pen, main, shine, shade }: Brush): string {
  const trunk = pen.between(4, 8)
  const bark = pen.pick(['#6b4a2f', '#57402d', '#806043', '#4a3a30'])
  const stem = `<path d="M${n(-trunk)} 45 L${n(-trunk * 0.6)} -4 H${n(trunk * 0.6)} L${n(trunk)} 45Z" fill="${bark}"/>`
  const crown = pen.pick([drawFir, drawRound, drawPoplar])
  return stem + crown({ pen, main, shine, shade })
}

type Crown = Pick<Brush, 'pen' | 'main' | 'shine' | 'shade'>

function drawFir({ pen, main }: Crown): string {
  const tiers = pen.pick([2, 3, 4])
  const half = pen.between(22, 34)
  return Array.from({ length: tiers }, (_, index) => {
    const bottom = 28 - (index * 58) / tiers
    const width = half * (1 - (index * 0.55) / tiers)
    return `<path d="M${n(-width)} ${n(bottom)} L0 ${n(bottom - 74 / tiers - 8)} L${n(width)} ${n(bottom)}Z" ${main}/>`
  }).join('')
}

function drawRound({ pen, main, shine, shade }: Crown): string {
  const radius = pen.between(13, 18)
  const puffs = [
    [-15, -6, shade],
    [15, -8, main],
    [-8, -24, main],
    [9, -26, shine],
    [0, -10, main],
  ] as const
  return puffs
    .map(
      ([x, y, fill]) =>
        `<circle cx="${n(x + pen.between(-3, 3))}" cy="${n(y + pen.between(-3, 3))}" r="${n(radius)}" ${fill}/>`,
    )
    .join('')
}

function drawPoplar({ pen, main, shine }: Crown): string {
  const half = pen.between(12, 20)
  return `<ellipse cx="0" cy="-12" rx="${n(half)}" ry="34" ${main}/><ellipse cx="${n(half * 0.3)}" cy="-18" rx="${n(half * 0.35)}" ry="18" ${shine}/>`
}
