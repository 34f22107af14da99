import type * as tf from '@tensorflow/tfjs-core'
import type { Distortion } from '../../imaging/distort/distort.ts'
import type { Box } from '../../imaging/orientation.ts'
import type { PictureWords } from '../../imaging/picture-words.ts'

/** What the network is to see of a picture that the device keeps: a part of it, squashed to a square, mirrored and distorted. */
export interface KeptView {
  readonly imageId: number
  /** In pixels of the upright picture. */
  readonly box: Box
  readonly flipHorizontally: boolean
  readonly flipVertically: boolean
  readonly distortion: Distortion
}

/** A training image: what the device is to make of a picture of its own, or pixels, [side, side, 3], that were made elsewhere. */
export type TrainingPicture = KeptView | Uint8Array

export interface AugmenterOptions {
  /** Of the network's input. */
  readonly sidePx: number
  /** [3, 256]: what each level of red, green and blue is for the network. */
  readonly levels: Float32Array
  /** That pictures may take on the device. */
  readonly memoryBytes: number
}

/** Makes training images on the device, from pictures that it was given once, so that no file is decoded again. */
export interface Augmenter {
  keptCount(): number
  /** Of a picture that is kept; null for others. */
  sizeOf(imageId: number): { readonly widthPx: number; readonly heightPx: number } | null
  /** Sets room aside for a picture that is being read; gives how many pixels it may have, 0 where there is no room. */
  reserve(): number
  /** Ends a reservation: takes up the picture, if there is one. */
  settle(reservedPixels: number, imageId: number, picture: PictureWords | null): void
  /** The network's input, [pictures, side, side, 3]; the caller disposes of it. */
  make(pictures: readonly TrainingPicture[]): tf.Tensor4D
  dispose(): void
}
