import type { TensorInfo } from '@tensorflow/tfjs-core'
import { runProgram, type GpuBackend } from '../gpu-program.ts'
import { blending, kindNumbers, type DistortionTensors } from './distortion-tensors.ts'

/** As many threads to a picture as there are levels. */
const levels = 256

/**
 * int32 [pictures, 256]: what each level of red, green and blue becomes, as `blend.ts` and `levels.ts` in imaging do it; itself where the
 * distortion is one of another kind. A group counts the levels of its picture, then each thread has one of them.
 */
export function levelTables(
  backend: GpuBackend,
  crops: TensorInfo,
  { kinds, factors }: Pick<DistortionTensors, 'kinds' | 'factors'>,
): TensorInfo {
  const [count = 0, sidePx = 0] = crops.shape
  const pixels = sidePx ** 2
  return runProgram(backend, {
    ...{ key: `tables of levels ${sidePx}`, inputs: { crops, kinds, factors } },
    ...{ outputShape: [count, levels], outputType: 'int32', groupSize: levels, groups: [count, 1, 1] },
    declarations: `
      var<workgroup> counts : array<atomic<u32>, ${3 * levels}>;
      var<workgroup> greySum : atomic<u32>;
      ${blending}
      fn countOf(channel : i32, level : i32) -> i32 { return i32(atomicLoad(&counts[channel * ${levels} + level])); }
      fn stretched(channel : i32, level : i32) -> i32 {
        var least = 0;
        while (least < ${levels - 1} && countOf(channel, least) == 0) { least++; }
        var most = ${levels - 1};
        while (most > 0 && countOf(channel, most) == 0) { most--; }
        if (most <= least) { return level; }
        return clamp((level - least) * 255 / (most - least), 0, 255);
      }
      fn equalized(channel : i32, level : i32) -> i32 {
        var last = ${levels - 1};
        while (last > 0 && countOf(channel, last) == 0) { last--; }
        let step = (${pixels} - countOf(channel, last)) / 255;
        if (step == 0) { return level; }
        var sum = step / 2;
        for (var below = 0; below < level; below++) { sum += countOf(channel, below); }
        return min(255, sum / step);
      }
      fn becomes(kind : i32, factor : f32, channel : i32, level : i32) -> i32 {
        switch (kind) {
          case ${kindNumbers.brightness}: { return blend(level, 0, factor); }
          case ${kindNumbers.contrast}: {
            return blend(level, i32((2u * atomicLoad(&greySum) + ${pixels}u) / ${2 * pixels}u), factor);
          }
          case ${kindNumbers.stretch}: { return stretched(channel, level); }
          case ${kindNumbers.equalize}: { return equalized(channel, level); }
          case ${kindNumbers.posterize}: { return level & i32(factor); }
          default: { return level; }
        }
      }`,
    body: `
      let picture = i32(workgroupId.x);
      let level = i32(localIndex);
      for (var at = level; at < ${pixels}; at += ${levels}) {
        let word = crops[picture * ${pixels} + at];
        atomicAdd(&greySum, u32(greyOf(word)));
        for (var channel = 0; channel < 3; channel++) {
          atomicAdd(&counts[channel * ${levels} + ((word >> u32(8 * channel)) & 255)], 1u);
        }
      }
      workgroupBarrier();
      let kind = kinds[picture];
      let factor = factors[picture];
      result[picture * ${levels} + level] = becomes(kind, factor, 0, level) |
        (becomes(kind, factor, 1, level) << 8u) | (becomes(kind, factor, 2, level) << 16u);`,
  })
}
