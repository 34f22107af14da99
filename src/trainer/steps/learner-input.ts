import * as tf from '@tensorflow/tfjs-core'
import type { KeptPictures } from '../../imaging/kept-pictures.ts'
import type { MicroBatch } from '../batches/micro-batches.ts'
import { mixPixels, type Mix } from '../batches/mix-images.ts'
import type { Augmenter } from '../devices/augmenter.ts'
import { normalisedLevels, normalisePixels } from '../evaluation/normalise-pixels.ts'
import type { LabelledInput } from './learner.ts'
import { picturesMemoryRatio, roomForPictures } from './room-for-pictures.ts'
import type { Session } from './session.ts'

/** In the last pass nothing is kept that would be used again. */
function keepsPictures({ job, state }: Session): boolean {
  return job.recipe.epochs - state.epochs > 1 && job.relief.keepsPictures
}

/** Null where the device keeps them itself, and where nothing would be used again. */
export function openKeptPictures(session: Session): KeptPictures | null {
  return session.device.openAugmenter === undefined && keepsPictures(session) ? roomForPictures() : null
}

/** Where the device makes training images itself; null elsewhere. */
export function openAugmenter(session: Session): Augmenter | null {
  const { device, preprocessing } = session
  return (
    device.openAugmenter?.({
      sidePx: preprocessing.cropPx,
      levels: normalisedLevels(preprocessing),
      memoryBytes: keepsPictures(session) ? device.memoryLimitBytes * picturesMemoryRatio : 0,
    }) ?? null
  )
}

/** What the learner takes of a part, blended where `mix` says how. */
export function learnerInput(
  { preprocessing }: Pick<Session, 'preprocessing'>,
  images: MicroBatch['images'],
  { mix, augmenter }: { readonly mix: Mix | null; readonly augmenter: Augmenter | null },
): LabelledInput {
  const classIndices = images.map(({ entry }) => entry.classIndex)
  if (augmenter) {
    const made = augmenter.make(images.map(({ values }) => values))
    return { pixels: mix === null ? made : mixTensor(made, mix), classIndices, mix }
  }
  const valuesPerImage = preprocessing.cropPx ** 2 * 3
  // A fresh array each time: some devices read it only when the tensor is first used.
  const pixels = new Float32Array(images.length * valuesPerImage)
  images.forEach(({ values }, index) => {
    if (!(values instanceof Uint8Array)) throw new Error('No device keeps this picture.')
    normalisePixels(values, preprocessing, pixels, index * valuesPerImage)
  })
  return { pixels: mix === null ? pixels : mixPixels(pixels, mix), classIndices, mix }
}

function mixTensor(pixels: tf.Tensor4D, { partners, share }: Mix): tf.Tensor4D {
  const mixed = tf.tidy(() => {
    const others = tf.gather(pixels, tf.tensor1d([...partners], 'int32'))
    return tf.add<tf.Tensor4D>(tf.mul(pixels, share), tf.mul(others, 1 - share))
  })
  pixels.dispose()
  return mixed
}
