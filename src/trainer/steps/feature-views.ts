import { readCropPixels } from '../../imaging/read-crop-pixels.ts'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { randomStreams } from '../batches/sample-order.ts'
import { mirrorPixels } from '../evaluation/mirror-pixels.ts'
import { pixelResultOf, readPixels, type PixelResult } from '../evaluation/read-pixels.ts'

/** One way to look at an image whose features are wanted; the same image gives the same pixels each time. */
export interface FeatureView {
  /** Null: the whole image, as a test image. A number: the crop that it draws. */
  readonly crop: number | null
  readonly isMirrored: boolean
}

export const wholeView: FeatureView = { crop: null, isMirrored: false }

/** The first `count` views: the whole image, mirrored where that means the same, then crops, every other one mirrored. */
export function featureViews(count: number, canMirror: boolean): FeatureView[] {
  const mirrored: FeatureView[] = canMirror ? [{ crop: null, isMirrored: true }] : []
  const crops = Array.from({ length: count }, (_, crop) => ({ crop, isMirrored: canMirror && crop % 2 === 1 }))
  return [wholeView, ...mirrored, ...crops].slice(0, count)
}

/** Crops that leave most of what an image shows. */
const cropOptions = { scaleMin: 0.4, scaleMax: 0.9, ratioMin: 3 / 4, ratioMax: 4 / 3 }

/** Whatever project the image is in, its crops are the same: they derive from its bytes. */
export async function readView(
  item: { readonly file: string; readonly contentHash: string | null },
  preprocessing: Preprocessing,
  { crop, isMirrored }: FeatureView,
): Promise<PixelResult> {
  const { cropPx } = preprocessing
  const { file, contentHash } = item
  if (crop === null) {
    const whole = await readPixels(item, preprocessing)
    if (whole.problem !== null || !isMirrored) return whole
    return { values: mirrorPixels(whole.values, cropPx), problem: null }
  }
  const keys = [randomStreams.views, Number.parseInt((contentHash ?? '0').slice(0, 12), 16), crop]
  const read = await readCropPixels(file, {
    contentHash,
    sizePx: cropPx,
    flipHorizontally: isMirrored,
    flipVertically: false,
    box: { keys, crop: cropOptions },
  })
  return pixelResultOf(read, contentHash)
}
