import type { Weight, WeightMap } from '../weights/weight-map.ts'
import type { Network } from './graph.ts'
import { parameterSpecs } from './parameter-specs.ts'

/** Weights of an ordinary size, made in no time, for measuring what the network costs. They mean nothing. */
export function placeholderWeights(network: Network): WeightMap {
  return new Map(
    parameterSpecs(network).map((spec): [string, Weight] => {
      const values = new Float32Array(spec.shape.reduce((product, size) => product * size, 1))
      if (spec.layout === 'vector') {
        values.fill(spec.name.endsWith('.weight') || spec.name.endsWith('.running_var') ? 1 : 0)
      } else {
        const fanIn = spec.shape.slice(1).reduce((product, size) => product * size, 1)
        repeat(values, Math.sqrt(4 / fanIn))
      }
      return [spec.name, { shape: spec.shape, values }]
    }),
  )
}

/** A prime, so that no two filters are the same. */
const pattern = Float32Array.from({ length: 4093 }, (_, index) => Math.sin(index * index))

function repeat(values: Float32Array, scale: number): void {
  const scaled = pattern.map((value) => value * scale)
  for (let at = 0; at < values.length; at += scaled.length) {
    values.set(scaled.subarray(0, Math.min(scaled.length, values.length - at)), at)
  }
}
