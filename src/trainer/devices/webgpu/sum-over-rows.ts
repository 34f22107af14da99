import type { TensorInfo } from '@tensorflow/tfjs-core'
import { floatLiteral, runElementwise, runProgram, type GpuBackend, type GpuProgram } from './gpu-program.ts'

export interface SumOverRows {
  readonly key: string
  readonly inputs: GpuProgram['inputs']
  readonly rows: number
  readonly channels: number
  /** WGSL of what is summed up, of `at`, the place in [rows, channels], and `channel`. */
  readonly terms: readonly string[]
  /** WGSL that stands before the terms. */
  readonly before?: string
  /** Each sum is multiplied by it. */
  readonly factor?: number
}

const channelsPerGroup = 64
const lanes = 4
/** Rows that a group takes: enough work for it, few enough that there are many groups. */
const rowsPerGroup = 512

/** Sums over all rows for each channel: [terms, channels]. In two passes, the first over parts of the rows. */
export function sumOverRows(backend: GpuBackend, given: SumOverRows): TensorInfo {
  const { key, inputs, rows, channels, terms, before = '', factor = 1 } = given
  const parts = Math.ceil(rows / rowsPerGroup)
  const declarations = `var<workgroup> lanes : array<array<f32, ${channelsPerGroup}>, ${lanes}>;`
  const body = `
      let column = i32(localIndex) % ${channelsPerGroup};
      let lane = i32(localIndex) / ${channelsPerGroup};
      let channel = i32(workgroupId.x) * ${channelsPerGroup} + column;
      let part = i32(workgroupId.y);
      ${terms.map((_, term) => `var sum${term} = 0.0;`).join(' ')}
      if (channel < ${channels}) {
        let end = min(${rows}, (part + 1) * ${rowsPerGroup});
        for (var row = part * ${rowsPerGroup} + lane; row < end; row += ${lanes}) {
          let at = row * ${channels} + channel;
          ${before}
          ${terms.map((term, number) => `sum${number} += ${term};`).join(' ')}
        }
      }
      ${terms
        .map(
          (_, term) => `
      lanes[lane][column] = sum${term};
      workgroupBarrier();
      if (lane == 0 && channel < ${channels}) {
        result[(part * ${terms.length} + ${term}) * ${channels} + channel] =
          lanes[0][column] + lanes[1][column] + lanes[2][column] + lanes[3][column];
      }
      workgroupBarrier();`,
        )
        .join('')}`
  const partial = runProgram(backend, {
    ...{ key: `${key} ${rows} ${channels}`, inputs, outputShape: [parts, terms.length, channels] },
    ...{ declarations, body },
    groupSize: channelsPerGroup * lanes,
    groups: [Math.ceil(channels / channelsPerGroup), parts, 1],
  })
  const size = terms.length * channels
  const summed = runElementwise(backend, {
    key: `sum of parts ${parts} ${factor}`,
    inputs: { partial },
    outputShape: [terms.length, channels],
    before: `var sum = 0.0; for (var part = 0; part < ${parts}; part++) { sum += partial[part * ${size} + i]; }`,
    value: `sum * ${floatLiteral(factor)}`,
  })
  backend.disposeData(partial.dataId)
  return summed
}
