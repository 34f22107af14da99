import * as tf from '@tensorflow/tfjs-core'
import type { Distortion } from '../../../../imaging/distort/distort.ts'

/** What the programs call each kind by. */
export const kindNumbers: Readonly<Record<Distortion['kind'], number>> = {
  none: 0,
  brightness: 1,
  contrast: 2,
  colour: 3,
  sharpness: 4,
  stretch: 5,
  equalize: 6,
  posterize: 7,
  warp: 8,
}

/** What is to be done to each picture of a batch, where the programs read it. */
export interface DistortionTensors {
  /** int32 [pictures]. */
  readonly kinds: tf.Tensor1D
  /** float32 [pictures]: a factor, or the mask of the bits that are kept. */
  readonly factors: tf.Tensor1D
  /** float32 [pictures, 6]; what leaves each pixel where it is for what is no warp. */
  readonly matrices: tf.Tensor2D
}

export function distortionTensors(distortions: readonly Distortion[]): DistortionTensors {
  return {
    kinds: tf.tensor1d(
      Int32Array.from(distortions, ({ kind }) => kindNumbers[kind]),
      'int32',
    ),
    factors: tf.tensor1d(Float32Array.from(distortions, factorOf)),
    matrices: tf.tensor2d(distortions.map((one) => (one.kind === 'warp' ? [...one.matrix] : [1, 0, 0, 0, 1, 0]))),
  }
}

function factorOf(distortion: Distortion): number {
  if ('factor' in distortion) return distortion.factor
  return distortion.kind === 'posterize' ? 0xff & ~(2 ** (8 - distortion.bits) - 1) : 0
}

/** WGSL: ITU-R 601-2 luma in 16-bit fixed point of the pixel `word`, and Pillow's Image.blend of `value` with it or another. */
export const blending = `
  fn greyOf(word : i32) -> i32 {
    return ((word & 255) * 19595 + ((word >> 8u) & 255) * 38470 + ((word >> 16u) & 255) * 7471 + 0x8000) >> 16u;
  }
  fn blend(value : i32, degenerate : i32, factor : f32) -> i32 {
    return clamp(i32(f32(degenerate) + factor * f32(value - degenerate)), 0, 255);
  }`
