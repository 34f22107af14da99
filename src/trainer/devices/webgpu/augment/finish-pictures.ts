import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floatLiteral, runProgram, type GpuBackend } from '../gpu-program.ts'
import { blending, kindNumbers, type DistortionTensors } from './distortion-tensors.ts'

export interface Unfinished extends DistortionTensors {
  /** int32 [pictures, side, side]. */
  readonly crops: TensorInfo
  /** int32 [pictures, 256], see `levelTables`. */
  readonly tables: TensorInfo
  /** float32 [3, 256]: what each level of each channel is for the network. */
  readonly normalised: TensorInfo
}

const groupSize = 256

/** float32 [pictures, side, side, 3]: distorted as in imaging, and normalised; each thread makes a pixel. */
export function finishPictures(backend: GpuBackend, given: Unfinished): TensorInfo {
  const { crops, tables, normalised, kinds, factors, matrices } = given
  const [count = 0, side = 0] = crops.shape
  const pixels = side ** 2
  const middle = floatLiteral(side / 2)
  return runProgram(backend, {
    key: `pictures for the network ${side}`,
    inputs: { crops, tables, normalised, kinds, factors, matrices },
    outputShape: [count, side, side, 3],
    ...{ groupSize, groups: [Math.ceil((count * pixels) / groupSize), 1, 1] },
    counts: { count },
    declarations: `
      ${blending}
      fn channelOf(word : i32, channel : i32) -> i32 { return (word >> u32(8 * channel)) & 255; }
      /** Pillow's ImageFilter.SMOOTH; the border stays. */
      fn smoothed(start : i32, x : i32, y : i32, channel : i32) -> i32 {
        let own = channelOf(crops[start + y * ${side} + x], channel);
        if (x < 1 || y < 1 || x > ${side - 2} || y > ${side - 2}) { return own; }
        var sum = 4 * own;
        for (var down = -1; down <= 1; down++) {
          for (var right = -1; right <= 1; right++) {
            sum += channelOf(crops[start + (y + down) * ${side} + x + right], channel);
          }
        }
        return (2 * sum + 13) / 26;
      }`,
    body: `
      if (index >= uniforms.count * ${pixels}) { return; }
      let picture = index / ${pixels};
      let start = picture * ${pixels};
      let x = index % ${side};
      let y = index % ${pixels} / ${side};
      let kind = kinds[picture];
      let at = picture * 6;
      let right = f32(x) + 0.5 - ${middle};
      let down = f32(y) + 0.5 - ${middle};
      let fromX = i32(floor(matrices[at] * right + matrices[at + 1] * down + matrices[at + 2] * ${side}.0 + ${middle}));
      let fromY = i32(floor(matrices[at + 3] * right + matrices[at + 4] * down + matrices[at + 5] * ${side}.0 + ${middle}));
      var word = 0;
      if (fromX >= 0 && fromX < ${side} && fromY >= 0 && fromY < ${side}) { word = crops[start + fromY * ${side} + fromX]; }
      for (var channel = 0; channel < 3; channel++) {
        var level = channelOf(tables[picture * 256 + channelOf(word, channel)], channel);
        if (kind == ${kindNumbers.colour}) { level = blend(level, greyOf(word), factors[picture]); }
        if (kind == ${kindNumbers.sharpness}) { level = blend(level, smoothed(start, x, y, channel), factors[picture]); }
        result[index * 3 + channel] = normalised[channel * 256 + level];
      }`,
  })
}
