import type { ParameterSpec } from './parameter-specs.ts'

/** Torch keeps [out, in, height, width] and [out, in]; inside, filters are [height, width, in, out] and [in, out]. */
const toInsideAxes = { conv: [2, 3, 1, 0], dense: [1, 0], vector: [0] } as const

interface Permuted {
  readonly shape: number[]
  readonly values: Float32Array
}

/** Of each axis, so that what is read and what is written both stay in the processor's cache. */
const blockSide = 32

/** Values [first, middle, last] as [last, middle, first]. */
function reverseAxes(values: Float32Array, [first, middle, last]: readonly [number, number, number]): Float32Array {
  const result = new Float32Array(values.length)
  for (let firstStart = 0; firstStart < first; firstStart += blockSide)
    for (let middleStart = 0; middleStart < middle; middleStart += blockSide)
      for (let lastStart = 0; lastStart < last; lastStart += blockSide) {
        const firstEnd = Math.min(first, firstStart + blockSide)
        const middleEnd = Math.min(middle, middleStart + blockSide)
        const lastEnd = Math.min(last, lastStart + blockSide)
        for (let j = middleStart; j < middleEnd; j += 1)
          for (let k = lastStart; k < lastEnd; k += 1) {
            const target = (k * middle + j) * first
            // Innermost, for it is whole lines of the cache that are written.
            for (let i = firstStart; i < firstEnd; i += 1)
              result[target + i] = values[(i * middle + j) * last + k] as number
          }
      }
  return result
}

/** Out, in and the places of a filter: what lies between the two layouts is the order of these three. */
function axesOf({ layout, shape }: ParameterSpec): [out: number, input: number, places: number] {
  const [out = 1, input = 1, height = 1, width = 1] = shape
  return layout === 'vector' ? [1, out, 1] : [out, input, height * width]
}

const insideShape = ({ layout, shape }: ParameterSpec): number[] => toInsideAxes[layout].map((axis) => shape[axis] ?? 1)

/** From torch's layout to the one that the device computes with. */
export function toInsideLayout(spec: ParameterSpec, values: Float32Array): Permuted {
  return { shape: insideShape(spec), values: reverseAxes(values, axesOf(spec)) }
}

/** The way back: `values` lie as the device has them, the result as torch does. */
export function toTorchLayout(spec: ParameterSpec, values: Float32Array): Permuted {
  const [out, input, places] = axesOf(spec)
  return { shape: [...spec.shape], values: reverseAxes(values, [places, input, out]) }
}
