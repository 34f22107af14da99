import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Architecture } from '../../src/shared/domain/backbone.ts'
import { randomOf } from '../../src/shared/random.ts'
import type { Network } from '../../src/trainer/network/graph.ts'
import { parameterSpecs } from '../../src/trainer/network/parameter-specs.ts'
import type { ParameterSpec } from '../../src/trainer/network/parameter-specs.ts'
import type { Weight, WeightMap } from '../../src/trainer/weights/weight-map.ts'

/* What tests/fixtures/golden/make-golden.py wrote, and the formulas that it draws with. */

const Summary = z.strictObject({ norm: z.number(), projections: z.array(z.number()).length(32) })
export type Summary = z.infer<typeof Summary>

const EvalGolden = z.object({
  architecture: Architecture,
  classCount: z.int(),
  batchSize: z.int(),
  sidePx: z.int(),
  inputKey: z.int(),
  seed: z.int(),
  evalLogits: z.array(z.array(z.number())),
})

const TrainGolden = EvalGolden.extend({
  steps: z.int(),
  learningRate: z.number(),
  headMultiplier: z.number(),
  momentum: z.number(),
  weightDecay: z.number(),
  losses: z.array(z.number()),
  gradients: z.record(z.string(), Summary),
  end: z.record(z.string(), Summary),
  changes: z.record(z.string(), Summary),
})
export type TrainGolden = z.infer<typeof TrainGolden>
export type EvalGolden = z.infer<typeof EvalGolden>

async function readJson(architecture: Architecture): Promise<unknown> {
  const file = join(import.meta.dirname, '..', 'fixtures', 'golden', `${architecture}.json`)
  return JSON.parse(await readFile(file, 'utf8')) as unknown
}

export async function readEvalGolden(architecture: Architecture): Promise<EvalGolden> {
  return EvalGolden.parse(await readJson(architecture))
}

export async function readTrainGolden(architecture: Architecture): Promise<TrainGolden> {
  return TrainGolden.parse(await readJson(architecture))
}

/** From the uniform number of -1..1 to a parameter that trains well. */
function scaleOf({ shape, layout, name }: ParameterSpec): (u: number) => number {
  const [out = 1, input = 1, height = 1, width = 1] = shape
  if (layout === 'conv') {
    const bound = Math.sqrt(6 / (out * height * width))
    return (u) => u * bound
  }
  if (layout === 'dense') {
    const bound = Math.sqrt(1 / input)
    return (u) => u * bound
  }
  if (name.endsWith('running_var')) return (u) => 1 + u * 0.5
  if (name.endsWith('running_mean') || name.endsWith('bias')) return (u) => u * 0.2
  return (u) => 1 + u * 0.3
}

export function drawGoldenWeights(network: Network, seed: number): WeightMap {
  return new Map(
    parameterSpecs(network).map((spec, index): [string, Weight] => {
      const random = randomOf(seed, index)
      const scale = scaleOf(spec)
      const values = new Float32Array(spec.shape.reduce((product, size) => product * size, 1))
      for (let at = 0; at < values.length; at += 1) values[at] = scale(random() * 2 - 1)
      return [spec.name, { shape: spec.shape, values }]
    }),
  )
}

/** Pixels [images, side, side, 3] of a step. */
export function drawGoldenPixels(golden: EvalGolden, step: number, images: number): Float32Array {
  const random = randomOf(golden.seed, golden.inputKey + step)
  return Float32Array.from({ length: images * golden.sidePx ** 2 * 3 }, () => (random() * 2 - 1) * 2)
}

export function goldenLabels(golden: EvalGolden, step: number): number[] {
  return Array.from({ length: golden.batchSize }, (_, image) => (image * 3 + step) % golden.classCount)
}

/** An unbiased estimate of the relative L2 error of `values` from the summary of what they should be. */
export function estimateRelativeError(values: Float32Array, expected: Summary, keys: readonly number[]): number {
  const random = randomOf(...keys)
  const sums = new Float64Array(expected.projections.length)
  for (const value of values) {
    const signs = random() * 2 ** 32
    for (let bit = 0; bit < sums.length; bit += 1) {
      sums[bit] = (sums[bit] as number) + ((signs >>> bit) & 1 ? value : -value)
    }
  }
  const squares = expected.projections.map((projection, bit) => ((sums[bit] as number) - projection) ** 2)
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length) / expected.norm
}

/** |computed - expected| / |expected| */
export function relativeError(computed: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (computed.length !== expected.length) return Infinity
  let [difference, norm] = [0, 0]
  for (let index = 0; index < expected.length; index += 1) {
    difference += ((computed[index] as number) - (expected[index] as number)) ** 2
    norm += (expected[index] as number) ** 2
  }
  return Math.sqrt(difference / norm)
}
