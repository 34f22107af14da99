import * as tf from '@tensorflow/tfjs-core'
import { wordsOf } from '../../../../imaging/picture-words.ts'
import type { Augmenter, AugmenterOptions, TrainingPicture } from '../../augmenter.ts'
import type { GpuBackend } from '../gpu-program.ts'
import { cropPictures, type CropOfPicture } from './crop-pictures.ts'
import { distortionTensors } from './distortion-tensors.ts'
import { finishPictures } from './finish-pictures.ts'
import { levelTables } from './level-tables.ts'
import { createPictureSlabs, type Place } from './picture-slabs.ts'
import { uploadWords } from './upload-words.ts'

interface Kept extends Place {
  readonly widthPx: number
  readonly heightPx: number
}

/** Larger pictures fill a card with few of them, and what is read ahead of it the machine. */
const pixelCountMax = 2 ** 22

/** Keeps pictures on the card as long as there is room for them, and makes of them what the network learns from. */
export function createAugmenter(
  backend: GpuBackend,
  { sidePx, levels, memoryBytes }: AugmenterOptions,
  tensorBytesMax: number,
): Augmenter {
  const slabs = createPictureSlabs(backend, memoryBytes, tensorBytesMax)
  const kept = new Map<number, Kept>()
  const normalised = tf.keep(tf.tensor1d(levels))
  let freeBytes = memoryBytes

  function cropsOf(pictures: readonly TrainingPicture[], elsewhere: tf.Tensor): CropOfPicture[] {
    let squareCount = 0
    return pictures.map((picture) => {
      if (picture instanceof Uint8Array) {
        const box = { left: 0, top: 0, width: sidePx, height: sidePx }
        const start = sidePx ** 2 * squareCount++
        return { words: elsewhere, start, widthPx: sidePx, box, flipHorizontally: false, flipVertically: false }
      }
      const found = kept.get(picture.imageId)
      if (found === undefined) throw new Error(`The device does not keep the picture ${picture.imageId}.`)
      return { ...picture, ...found }
    })
  }

  return {
    keptCount: () => kept.size,
    sizeOf: (imageId) => kept.get(imageId) ?? null,
    reserve() {
      const pixels = Math.min(pixelCountMax, Math.floor(freeBytes / 4))
      freeBytes -= 4 * pixels
      return pixels
    },
    settle(reservedPixels, imageId, picture) {
      // What was under way when everything was given back.
      if (normalised.isDisposed) return
      freeBytes += 4 * reservedPixels
      if (picture === null || kept.has(imageId)) return
      const place = slabs.lay(picture.words)
      freeBytes = place === null ? 0 : freeBytes - picture.words.byteLength
      if (place !== null) kept.set(imageId, { ...place, widthPx: picture.widthPx, heightPx: picture.heightPx })
    },
    make(pictures) {
      const squares = pictures.filter((one) => one instanceof Uint8Array)
      const elsewhere = uploadWords(
        squares.length * sidePx ** 2,
        squares.map((values) => wordsOf({ values, widthPx: sidePx, heightPx: sidePx }).words),
      )
      const tensors = distortionTensors(
        pictures.map((one) => (one instanceof Uint8Array ? { kind: 'none' } : one.distortion)),
      )
      const scratch: tf.TensorInfo[] = []
      try {
        const crops = cropPictures(backend, cropsOf(pictures, elsewhere), sidePx)
        scratch.push(crops)
        const tables = levelTables(backend, crops, tensors)
        scratch.push(tables)
        const made = finishPictures(backend, { ...tensors, crops, tables, normalised })
        return tf.engine().makeTensorFromTensorInfo(made) as tf.Tensor4D
      } finally {
        for (const { dataId } of scratch) backend.disposeData(dataId)
        tf.dispose([elsewhere, tensors.kinds, tensors.factors, tensors.matrices])
      }
    },
    dispose() {
      normalised.dispose()
      kept.clear()
      slabs.free()
    },
  }
}
