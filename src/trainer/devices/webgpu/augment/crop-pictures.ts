import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Box } from '../../../../imaging/orientation.ts'
import { tapsOf, weightBits } from '../../../../imaging/resample.ts'
import { runProgram, type GpuBackend } from '../gpu-program.ts'
import { uploadWords } from './upload-words.ts'

/** A part of a picture that lies on the card, which becomes a square and is perhaps mirrored. */
export interface CropOfPicture {
  /** int32, see PictureWords; the picture's begin at `start`. */
  readonly words: TensorInfo
  readonly start: number
  readonly widthPx: number
  readonly box: Box
  readonly flipHorizontally: boolean
  readonly flipVertically: boolean
}

const groupSize = 64

/**
 * int32 [crops, sidePx, sidePx]: what `resampleTriangle` gives, to the bit, in one pass: rows are summed up again for each line
 * that needs them, which costs less than to keep them.
 */
export function cropPictures(backend: GpuBackend, crops: readonly CropOfPicture[], sidePx: number): TensorInfo {
  const outputShape = [crops.length, sidePx, sidePx]
  const result = backend.makeTensorInfo(outputShape, 'int32')
  const axes = crops.flatMap(({ box }) => [axisOf(box.left, box.width, sidePx), axisOf(box.top, box.height, sidePx)])
  const starts = axes.map((_, axis) => axes.slice(0, axis).reduce((sum, { numbers }) => sum + numbers.length, 0))
  const parts = axes.map(({ numbers }) => numbers)
  const taps = uploadWords((starts.at(-1) ?? 0) + (parts.at(-1)?.length ?? 0), parts)
  crops.forEach(({ words, start, widthPx, flipHorizontally, flipVertically }, slot) => {
    const program = {
      ...{ key: `crop of a picture ${sidePx}`, inputs: { words, taps }, outputShape, outputType: 'int32' as const },
      ...{ groupSize, groups: [Math.ceil(sidePx ** 2 / groupSize), 1, 1] as const, body: bodyOf(sidePx) },
      counts: {
        slot,
        start,
        widthPx,
        acrossStart: starts[2 * slot] ?? 0,
        acrossStride: axes[2 * slot]?.stride ?? 0,
        downStart: starts[2 * slot + 1] ?? 0,
        downStride: axes[2 * slot + 1]?.stride ?? 0,
        backwardsX: Number(flipHorizontally),
        backwardsY: Number(flipVertically),
      },
    }
    runProgram(backend, program, result)
  })
  taps.dispose()
  return result
}

/** The taps of each output sample along one axis: the first, how many, and their weights. */
function axisOf(start: number, sizePx: number, sidePx: number): { numbers: Int32Array; stride: number } {
  const { first, count, weights, stride } = tapsOf(sizePx, sidePx, 0, sidePx)
  const numbers = new Int32Array(sidePx * (stride + 2))
  for (let output = 0; output < sidePx; output += 1) {
    const at = output * (stride + 2)
    numbers[at] = start + (first[output] ?? 0)
    numbers[at + 1] = count[output] ?? 0
    numbers.set(weights.subarray(output * stride, (output + 1) * stride), at + 2)
  }
  return { numbers, stride: stride + 2 }
}

function bodyOf(sidePx: number): string {
  return `
    let pixel = i32(workgroupId.x) * ${groupSize} + i32(localIndex);
    if (pixel >= ${sidePx ** 2}) { return; }
    let toX = pixel % ${sidePx};
    let toY = pixel / ${sidePx};
    let across = uniforms.acrossStart + select(toX, ${sidePx - 1} - toX, uniforms.backwardsX == 1) * uniforms.acrossStride;
    let down = uniforms.downStart + select(toY, ${sidePx - 1} - toY, uniforms.backwardsY == 1) * uniforms.downStride;
    var sum = vec3<i32>(${1 << (weightBits - 1)});
    for (var y = 0; y < taps[down + 1]; y++) {
      let first = uniforms.start + (taps[down] + y) * uniforms.widthPx + taps[across];
      var line = vec3<i32>(${1 << (weightBits - 1)});
      for (var x = 0; x < taps[across + 1]; x++) {
        let word = words[first + x];
        line += vec3<i32>(word & 255, (word >> 8u) & 255, (word >> 16u) & 255) * taps[across + 2 + x];
      }
      sum += (line >> vec3<u32>(${weightBits}u)) * taps[down + 2 + y];
    }
    let value = sum >> vec3<u32>(${weightBits}u);
    result[uniforms.slot * ${sidePx ** 2} + pixel] = value.x | (value.y << 8u) | (value.z << 16u);`
}
