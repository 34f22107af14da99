import type { CardUse } from './gpu-program.ts'

/** Columns of a group's tile. */
export const tileColumns = 64
/** How far along the inner dimension a tile reaches into fast memory at once. */
export const tileDepth = 16

/** How a group of threads shares out a product. */
export interface Tiling {
  /** Of the group's tile. */
  readonly rows: number
  /** Rows and columns that a thread has, in quads of four: the more, the less often each number is read (Volkov and Demmel 2008). */
  readonly rowQuads: number
  readonly columnQuads: number
  /** So many slices of a tile are written out side by side, so that a card can read some while it multiplies others. */
  readonly slicesAtOnce: number
  /** WGSL's type of what lies in fast memory and is multiplied; what is summed up over tiles is f32 always. */
  readonly number: 'f32' | 'f16'
}

/** Rows of a group's tile: the smaller ones where the larger ones would mostly lie beyond the last row. */
const tileRowsLarge = 64
const tileRowsSmall = 16

type Tilings = Readonly<Record<'large' | 'small', Tiling>>

/** As many numbers to a thread as it has registers for. */
const onCard: Tilings = {
  large: { rows: tileRowsLarge, rowQuads: 2, columnQuads: 2, slicesAtOnce: 2, number: 'f32' },
  small: { rows: tileRowsSmall, rowQuads: 1, columnQuads: 1, slicesAtOnce: 2, number: 'f32' },
}
/** A processor has them for no thread anyway, and what counts is how few threads read a number. */
const inSoftware: Tilings = {
  large: { rows: tileRowsLarge, rowQuads: 4, columnQuads: 2, slicesAtOnce: 1, number: 'f32' },
  small: { rows: tileRowsSmall, rowQuads: 4, columnQuads: 1, slicesAtOnce: 1, number: 'f32' },
}

/** How a product of so many rows is shared out on a card. */
export function tilingOf(rows: number, { isSoftware, precision }: CardUse): Tiling {
  const tilings = isSoftware ? inSoftware : onCard
  const tiling = tileRowsOf(rows) === tileRowsSmall ? tilings.small : tilings.large
  return { ...tiling, number: precision === 'float16' ? 'f16' : 'f32' }
}

export function tileRowsOf(rows: number): number {
  const wasted = Math.ceil(rows / tileRowsLarge) * tileRowsLarge - rows
  return wasted > rows / 2 ? tileRowsSmall : tileRowsLarge
}

/** Threads of a group that stand beside each other. */
export function threadsAcross({ columnQuads }: Tiling): number {
  return tileColumns / 4 / columnQuads
}

export function threadsOf(tiling: Tiling): number {
  return (tiling.rows / 4 / tiling.rowQuads) * threadsAcross(tiling)
}
