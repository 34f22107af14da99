import type { ParameterSpec } from './parameter-specs.ts'

/** Torch keeps [out, in, height, width] and [out, in]; inside, filters are [height, width, in, out] and [in, out]. */
const toInsideAxes = { conv: [2, 3, 1, 0], dense: [1, 0], vector: [0] } as const
const toTorchAxes = { conv: [3, 2, 0, 1], dense: [1, 0], vector: [0] } as const

interface Permuted {
  readonly shape: number[]
  readonly values: Float32Array
}

/** Axis `k` of the result is axis `axes[k]` of the source. */
function permute(values: Float32Array, shape: readonly number[], axes: readonly number[]): Permuted {
  const sourceStrides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  // Four axes always, so that one loop nest serves every rank.
  const [d0 = 1, d1 = 1, d2 = 1, d3 = 1] = axes.map((axis) => shape[axis] ?? 1)
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = axes.map((axis) => sourceStrides[axis] ?? 0)
  const result = new Float32Array(values.length)
  let target = 0
  for (let i = 0; i < d0; i += 1)
    for (let j = 0; j < d1; j += 1)
      for (let k = 0; k < d2; k += 1)
        for (let l = 0; l < d3; l += 1) {
          result[target] = values[i * s0 + j * s1 + k * s2 + l * s3] ?? 0
          target += 1
        }
  return { shape: axes.map((axis) => shape[axis] ?? 1), values: result }
}

/** From torch's layout to the one that the device computes with. */
export function toInsideLayout(spec: ParameterSpec, values: Float32Array): Permuted {
  return permute(values, spec.shape, toInsideAxes[spec.layout])
}

/** The way back: `values` lie as the device has them, the result as torch does. */
export function toTorchLayout(spec: ParameterSpec, values: Float32Array): Permuted {
  const inside = toInsideAxes[spec.layout].map((axis) => spec.shape[axis] ?? 1)
  return permute(values, inside, toTorchAxes[spec.layout])
}
