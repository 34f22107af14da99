import { fillNormal, randomOf } from '../../shared/random.ts'
import type { Random } from '../../shared/random.ts'
import type { Weight } from '../weights/weight-map.ts'
import type { ParameterSpec } from './parameter-specs.ts'

/** FNV-1a of a name, so that what a parameter starts from depends on its name and not on its place in a list. */
function keyOfName(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

function filled(count: number, draw: () => number): Float32Array {
  const values = new Float32Array(count)
  for (let index = 0; index < count; index += 1) values[index] = draw()
  return values
}

function uniform(random: Random, bound: number): () => number {
  return () => (random() * 2 - 1) * bound
}

function startOfDense(
  spec: ParameterSpec,
  draw: { random: Random; inFeatures: number; xavier: boolean },
): () => number {
  const { random, inFeatures, xavier } = draw
  const isWeight = spec.layout === 'dense'
  // Glorot and Bengio (2010): sqrt(6 / (in + out)).
  if (isWeight && xavier) return uniform(random, Math.sqrt(6 / (inFeatures + (spec.shape[0] ?? 1))))
  // What torch.nn.Linear starts from, weight and bias alike; the reference recipe leaves the bias so.
  return uniform(random, 1 / Math.sqrt(inFeatures))
}

/**
 * What a parameter starts from, in torch's layout. Convolutions: normal with variance 2 / (out * kernel area) (He et al.
 * 2015, fan-out); batch normalisation: ones and zeros; the output layer: as torch.nn.Linear starts, or, for the new head
 * of a pretrained network (`xavierHead`), Xavier-uniform weights as the reference recipe has them.
 */
export function initialWeight(
  spec: ParameterSpec,
  options: { seed: number; inFeatures: number; xavierHead: boolean },
): Weight {
  const { shape, name } = spec
  const count = shape.reduce((product, size) => product * size, 1)
  const random = randomOf(options.seed, keyOfName(name))
  if (spec.layout === 'conv') {
    const fanOut = (shape[0] ?? 1) * (shape[2] ?? 1) * (shape[3] ?? 1)
    const values = new Float32Array(count)
    fillNormal(values, { random, deviation: Math.sqrt(2 / fanOut) })
    return { shape, values }
  }
  if (spec.stage === 'head') {
    const { inFeatures, xavierHead } = options
    return { shape, values: filled(count, startOfDense(spec, { random, inFeatures, xavier: xavierHead })) }
  }
  const isOne = name.endsWith('.weight') || name.endsWith('.running_var')
  return { shape, values: new Float32Array(count).fill(isOne ? 1 : 0) }
}
