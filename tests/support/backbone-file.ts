import { parameterSpecs } from '../../src/trainer/network/parameter-specs.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'
import type { Weight } from '../../src/trainer/weights/weight-map.ts'
import { writeSafetensors } from '../../src/trainer/weights/safetensors.ts'

/** A safetensors file with all parameters of a ResNet-18 for 1000 classes, random but of sensible sizes. */
export async function writeBackboneFile(file: string): Promise<void> {
  const specs = parameterSpecs(buildResnet('resnet18', 1000))
  await writeSafetensors(file, new Map(specs.map(({ name, shape, layout }) => [name, draw(name, shape, layout)])))
}

function draw(name: string, shape: readonly number[], layout: 'conv' | 'dense' | 'vector'): Weight {
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1))
  const isScale = name.endsWith('.weight') || name.endsWith('running_var')
  if (layout === 'vector') return { shape, values: values.fill(isScale ? 1 : 0) }
  const fanIn = values.length / (shape[0] ?? 1)
  let state = values.length
  for (let at = 0; at < values.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    // Uniform with He's variance of 2 / fan-in.
    values[at] = (state / 2 ** 31 - 1) * Math.sqrt(6 / fanIn)
  }
  return { shape, values }
}
