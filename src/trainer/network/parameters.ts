import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { Weight, WeightMap } from '../weights/weight-map.ts'
import type { Network } from './graph.ts'
import { initialWeight } from './initial-weights.ts'
import { toInsideLayout, toTorchLayout } from './layout.ts'
import { parameterSpecs } from './parameter-specs.ts'
import type { ParameterSpec } from './parameter-specs.ts'

/** By torchvision's names, in its order; filters are [height, width, in, out], dense weights [in, out]. */
export type Parameters = ReadonlyMap<string, tf.Variable>

export interface CreateParametersOptions {
  /** Null for a random start. */
  readonly weights: WeightMap | null
  readonly seed: number
  /** Draw a new output layer and leave what the weights hold of one aside, whatever its number of classes. */
  readonly newHead?: boolean
}

const listed = 5

function list(names: readonly string[]): string {
  const first = names.slice(0, listed).join(', ')
  return names.length > listed ? said`${first} and ${names.length - listed} more` : first
}

/**
 * The weights that the network needs, checked by name and shape. `num_batches_tracked` is left aside: torch counts with
 * it and computes nothing from it at a fixed momentum.
 * Errors: bad-file, naming what is missing, unexpected or of another shape.
 */
export function matchWeights(specs: readonly ParameterSpec[], weights: WeightMap): WeightMap {
  const wanted = new Map(specs.map((spec) => [spec.name, spec]))
  const missing = specs.filter((spec) => !weights.has(spec.name)).map((spec) => spec.name)
  const unexpected = [...weights.keys()].filter((name) => !wanted.has(name) && !name.endsWith('.num_batches_tracked'))
  const misshapen = specs.flatMap((spec) => {
    const weight = weights.get(spec.name)
    if (weight === undefined || weight.shape.join() === spec.shape.join()) return []
    return [said`${spec.name} is [${weight.shape.join(', ')}] instead of [${spec.shape.join(', ')}]`]
  })
  const faults = [
    missing.length > 0 ? said`missing: ${list(missing)}` : null,
    unexpected.length > 0 ? said`unexpected: ${list(unexpected)}` : null,
    misshapen.length > 0 ? said`shapes: ${list(misshapen)}` : null,
  ].filter((fault) => fault !== null)
  if (faults.length > 0) {
    throw new AppError('bad-file', said`The weights do not fit the network. ${faults.join('; ')}.`, {
      data: { missing, unexpected, misshapen },
    })
  }
  return new Map(specs.map((spec) => [spec.name, weights.get(spec.name) as Weight]))
}

/**
 * The network's parameters as variables on the active device. Dispose them with `disposeParameters`.
 * Errors: bad-file when the weights do not fit.
 */
export function createParameters(network: Network, options: CreateParametersOptions): Parameters {
  const { weights, seed, newHead = false } = options
  const specs = parameterSpecs(network)
  const isDrawn = (spec: ParameterSpec): boolean => weights === null || (newHead && spec.stage === 'head')
  const headNames = new Set(specs.filter((spec) => spec.stage === 'head').map((spec) => spec.name))
  const given =
    weights === null
      ? new Map<string, Weight>()
      : matchWeights(
          specs.filter((spec) => !isDrawn(spec)),
          newHead ? new Map([...weights].filter(([name]) => !headNames.has(name))) : weights,
        )
  const inFeatures = specs.find((spec) => spec.layout === 'dense')?.shape[1] ?? 1
  const xavierHead = weights !== null
  return new Map(
    specs.map((spec) => {
      const weight = given.get(spec.name) ?? initialWeight(spec, { seed, inFeatures, xavierHead })
      const inside = toInsideLayout(spec, weight.values)
      const initial = tf.tensor(inside.values, inside.shape, 'float32')
      // Unnamed: variable names are global, and two networks may live at once.
      const variable = tf.variable(initial, spec.role === 'trainable')
      initial.dispose()
      return [spec.name, variable]
    }),
  )
}

/** The current values in torch's layout and torchvision's order. */
export async function readWeightMap(network: Network, parameters: Parameters): Promise<WeightMap> {
  const result = new Map<string, Weight>()
  for (const spec of parameterSpecs(network)) {
    const inside = await parameterOf(parameters, spec.name).data<'float32'>()
    result.set(spec.name, toTorchLayout(spec, inside))
  }
  return result
}

/** Puts back values that `readWeightMap` gave. Errors: bad-file when they do not fit. */
export function writeParameters(network: Network, parameters: Parameters, weights: WeightMap): void {
  const specs = parameterSpecs(network)
  const given = matchWeights(specs, weights)
  tf.tidy(() => {
    for (const spec of specs) {
      const inside = toInsideLayout(spec, (given.get(spec.name) as Weight).values)
      parameterOf(parameters, spec.name).assign(tf.tensor(inside.values, inside.shape, 'float32'))
    }
  })
}

export function parameterOf(parameters: Parameters, name: string): tf.Variable {
  const variable = parameters.get(name)
  if (variable === undefined) throw new Error(`There is no parameter ${name}.`)
  return variable
}

export function disposeParameters(parameters: Parameters): void {
  for (const variable of parameters.values()) variable.dispose()
}
