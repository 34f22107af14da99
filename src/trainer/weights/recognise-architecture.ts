import { Architecture } from '../../shared/domain/backbone.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { parameterSpecs } from '../network/parameter-specs.ts'
import { buildResnet } from '../network/resnet.ts'
import type { Weight, WeightMap } from './weight-map.ts'

export interface RecognisedBackbone {
  readonly architecture: Architecture
  /** What the network uses of the file, in torchvision's order; the output layer too, when the file has one. */
  readonly weights: WeightMap
  /** Numbers that training changes, the output layer included. */
  readonly parameterCount: number
}

/** Empty when the weights are those of the architecture; otherwise what does not fit. */
function misfits(architecture: Architecture, weights: WeightMap): string[] {
  const body = parameterSpecs(buildResnet(architecture, 1)).filter((spec) => spec.stage !== 'head')
  const known = new Set([...body.map((spec) => spec.name), 'fc.weight', 'fc.bias'])
  const missing = body.filter((spec) => !weights.has(spec.name)).map((spec) => said`no ${spec.name}`)
  const unexpected = [...weights.keys()]
    .filter((name) => !known.has(name) && !name.endsWith('.num_batches_tracked'))
    .map((name) => said`an unknown ${name}`)
  const misshapen = body.flatMap((spec) => {
    const shape = weights.get(spec.name)?.shape
    return shape === undefined || shape.join() === spec.shape.join()
      ? []
      : [said`${spec.name} is [${shape.join(', ')}]`]
  })
  return [...missing, ...unexpected, ...misshapen]
}

/** The output layer as its bias and weight agree on it; absent when the file has none that does. */
function headOf(weights: WeightMap, inFeatures: number): [string, Weight][] {
  const [weight, bias] = [weights.get('fc.weight'), weights.get('fc.bias')]
  if (weight === undefined || bias === undefined || bias.shape.length !== 1) return []
  if (weight.shape.join() !== [bias.shape[0], inFeatures].join()) return []
  return [
    ['fc.weight', weight],
    ['fc.bias', bias],
  ]
}

/**
 * Tells by names and shapes which network the weights belong to.
 * Errors: bad-file, with what the nearest network misses in them.
 */
export function recogniseArchitecture(weights: WeightMap, file: string): RecognisedBackbone {
  const candidates = Architecture.options.map((architecture) => ({
    architecture,
    faults: misfits(architecture, weights),
  }))
  const [best] = candidates.sort((a, b) => a.faults.length - b.faults.length)
  if (best === undefined || best.faults.length > 0) {
    const faults = best?.faults.slice(0, 3).join('; ') ?? ''
    throw new AppError(
      'bad-file',
      said`${file} does not hold the weights of a network that Athanor knows (${Architecture.options.join(', ')}).
        The nearest is ${best?.architecture ?? 'none'}, but there is ${faults}.`,
    )
  }
  const specs = parameterSpecs(buildResnet(best.architecture, 1))
  const body = specs.filter((spec) => spec.stage !== 'head')
  const inFeatures = specs.find((spec) => spec.layout === 'dense')?.shape[1] ?? 0
  const trainable = body.filter((spec) => spec.role === 'trainable')
  const head = headOf(weights, inFeatures)
  const kept = new Map([...body.map((spec) => [spec.name, weights.get(spec.name) as Weight] as const), ...head])
  const trained = [...trainable.map((spec) => kept.get(spec.name) as Weight), ...head.map(([, weight]) => weight)]
  const parameterCount = trained.reduce((sum, weight) => sum + weight.values.length, 0)
  return { architecture: best.architecture, weights: kept, parameterCount }
}
