import type { Raster } from './raster.ts'

/** How the upright picture lies in the stored one: axes exchanged, and stored axes walked backwards. */
export interface Placement {
  readonly transposed: boolean
  readonly reverseX: boolean
  readonly reverseY: boolean
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const upright: Placement = { transposed: false, reverseX: false, reverseY: false }

/** EXIF orientations 1 to 8 (CIPA DC-008, tag 0x0112). */
const placements: readonly Placement[] = [
  upright,
  { transposed: false, reverseX: true, reverseY: false },
  { transposed: false, reverseX: true, reverseY: true },
  { transposed: false, reverseX: false, reverseY: true },
  { transposed: true, reverseX: false, reverseY: false },
  { transposed: true, reverseX: false, reverseY: true },
  { transposed: true, reverseX: true, reverseY: true },
  { transposed: true, reverseX: true, reverseY: false },
]

export function placementOf(orientation: number): Placement {
  return placements[orientation - 1] ?? upright
}

/** The size of the upright picture. */
export function uprightSize(stored: { widthPx: number; heightPx: number; orientation: number }): {
  widthPx: number
  heightPx: number
} {
  return placementOf(stored.orientation).transposed
    ? { widthPx: stored.heightPx, heightPx: stored.widthPx }
    : { widthPx: stored.widthPx, heightPx: stored.heightPx }
}

/** Where a box of the upright picture lies in the stored one. */
export function storedBox(box: Box, stored: { widthPx: number; heightPx: number; orientation: number }): Box {
  const { transposed, reverseX, reverseY } = placementOf(stored.orientation)
  const turned = transposed ? { left: box.top, top: box.left, width: box.height, height: box.width } : box
  return {
    left: reverseX ? stored.widthPx - turned.left - turned.width : turned.left,
    top: reverseY ? stored.heightPx - turned.top - turned.height : turned.top,
    width: turned.width,
    height: turned.height,
  }
}

/** Turns a stored raster upright; the raster itself where there is nothing to turn. */
export function placeUpright(
  raster: Raster,
  orientation: number,
  flip: { horizontally: boolean; vertically: boolean } = { horizontally: false, vertically: false },
): Raster {
  const { transposed, reverseX, reverseY } = placementOf(orientation)
  // A flip of the upright picture walks the stored axis that became it the other way.
  const backwardsX = reverseX !== (transposed ? flip.vertically : flip.horizontally)
  const backwardsY = reverseY !== (transposed ? flip.horizontally : flip.vertically)
  if (!transposed && !backwardsX && !backwardsY) return raster
  const { widthPx: storedWidth, heightPx: storedHeight, values } = raster
  const strideX = backwardsX ? -3 : 3
  const strideY = (backwardsY ? -3 : 3) * storedWidth
  const start = (backwardsX ? (storedWidth - 1) * 3 : 0) + (backwardsY ? (storedHeight - 1) * storedWidth * 3 : 0)
  const widthPx = transposed ? storedHeight : storedWidth
  const heightPx = transposed ? storedWidth : storedHeight
  const acrossStride = transposed ? strideY : strideX
  const downStride = transposed ? strideX : strideY
  const placed = new Uint8Array(values.length)
  let to = 0
  for (let y = 0; y < heightPx; y += 1) {
    let from = start + y * downStride
    for (let x = 0; x < widthPx; x += 1) {
      placed[to] = values[from] as number
      placed[to + 1] = values[from + 1] as number
      placed[to + 2] = values[from + 2] as number
      to += 3
      from += acrossStride
    }
  }
  return { values: placed, widthPx, heightPx }
}
