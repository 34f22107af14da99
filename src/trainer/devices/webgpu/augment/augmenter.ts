import * as tf from '@tensorflow/tfjs-core'
import { wordsOf, type PictureWords } from '../../../../imaging/picture-words.ts'
import type { Augmenter, AugmenterOptions, TrainingPicture } from '../../augmenter.ts'
import type { GpuBackend } from '../gpu-program.ts'
import { cropPictures, type CropOfPicture } from './crop-pictures.ts'
import { distortionTensors } from './distortion-tensors.ts'
import { finishPictures } from './finish-pictures.ts'
import { levelTables } from './level-tables.ts'

interface Kept {
  readonly words: tf.Tensor1D
  readonly widthPx: number
  readonly heightPx: number
}

/** Keeps pictures on the card as long as there is room for them, and makes of them what the network learns from. */
export function createAugmenter(
  backend: GpuBackend,
  { sidePx, normalised: levels, memoryBytes }: AugmenterOptions,
  pictureBytesMax: number,
): Augmenter {
  const kept = new Map<number, Kept>()
  const normalised = tf.keep(tf.tensor1d(levels))
  let freeBytes = memoryBytes

  function upload({ words }: PictureWords): tf.Tensor1D {
    return tf.keep(tf.tensor1d(words, 'int32'))
  }

  function cropOf(picture: TrainingPicture): CropOfPicture {
    if (picture instanceof Uint8Array) {
      const whole = { left: 0, top: 0, width: sidePx, height: sidePx }
      const words = upload(wordsOf({ values: picture, widthPx: sidePx, heightPx: sidePx }))
      return { words, widthPx: sidePx, box: whole, flipHorizontally: false, flipVertically: false }
    }
    const found = kept.get(picture.imageId)
    if (found === undefined) throw new Error(`The device does not keep the picture ${picture.imageId}.`)
    return { ...picture, words: found.words, widthPx: found.widthPx }
  }

  return {
    pixelCountMax: () => Math.floor(Math.min(freeBytes, pictureBytesMax) / 4),
    sizeOf: (imageId) => kept.get(imageId) ?? null,
    keep(imageId, picture) {
      const bytes = picture.words.byteLength
      if (kept.has(imageId) || bytes > freeBytes || bytes > pictureBytesMax) return
      freeBytes -= bytes
      const { widthPx, heightPx } = picture
      kept.set(imageId, { words: upload(picture), widthPx, heightPx })
    },
    make(pictures) {
      const crops = pictures.map(cropOf)
      const distortions = pictures.map(
        (one) => (one instanceof Uint8Array ? null : one.distortion) ?? { kind: 'none' as const },
      )
      const tensors = distortionTensors(distortions)
      const cropped = cropPictures(backend, crops, sidePx)
      const tables = levelTables(backend, cropped, tensors)
      const made = finishPictures(backend, { ...tensors, crops: cropped, tables, normalised })
      for (const { dataId } of [cropped, tables]) backend.disposeData(dataId)
      tf.dispose(Object.values(tensors))
      crops.forEach(({ words }, index) => {
        // tfjs would hold a copy in the machine's memory for as long as it lies on the card.
        backend.tensorMap.get(words.dataId).values = null
        if (pictures[index] instanceof Uint8Array) tf.dispose(words as tf.Tensor)
      })
      return tf.engine().makeTensorFromTensorInfo(made) as tf.Tensor4D
    },
    dispose() {
      tf.dispose([normalised, ...[...kept.values()].map(({ words }) => words)])
      kept.clear()
    },
  }
}
