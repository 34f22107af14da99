import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imagenetPreprocessing } from '../../src/shared/domain/backbone.ts'
import type { Architecture, Preprocessing } from '../../src/shared/domain/backbone.ts'
import type { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { ModelManifest } from '../../src/shared/domain/model.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import { normalOf, randomOf } from '../../src/shared/random.ts'
import { wasmDevice } from '../../src/trainer/devices/wasm.ts'
import { forwardPixels } from '../../src/trainer/evaluation/classifier.ts'
import { readPixels } from '../../src/trainer/evaluation/read-pixels.ts'
import type { Network } from '../../src/trainer/network/graph.ts'
import { parameterSpecs } from '../../src/trainer/network/parameter-specs.ts'
import type { ParameterSpec } from '../../src/trainer/network/parameter-specs.ts'
import { createParameters, disposeParameters } from '../../src/trainer/network/parameters.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'
import { writeSafetensors } from '../../src/trainer/weights/safetensors.ts'
import type { Weight, WeightMap } from '../../src/trainer/weights/weight-map.ts'

export interface RandomModelOptions {
  /** Where `model.json` and `weights.safetensors` go. */
  readonly folder: string
  readonly architecture?: Architecture
  readonly classes?: readonly string[]
  readonly preprocessing?: Preprocessing
  /** On which the outputs are centred and scaled, so that they differ between images. */
  readonly imageFolder: string
  readonly entries: readonly DatasetEntry[]
  /** What its manifest says otherwise. */
  readonly manifest?: Partial<ModelManifest>
}

/** A small input for tests where its size does not matter. */
export const smallPreprocessing: Preprocessing = { ...imagenetPreprocessing, resizePx: 36, cropPx: 32 }

/** A model with random weights and statistics whose probabilities are spread over the classes. */
export async function createRandomModel(options: RandomModelOptions): Promise<ModelManifest> {
  const { folder, architecture = 'resnet18', classes = ['left', 'right', 'both'], entries } = options
  const { preprocessing = imagenetPreprocessing, imageFolder } = options
  const network = buildResnet(architecture, classes.length)
  const drawn = new Map(parameterSpecs(network).map((spec, index) => [spec.name, drawWeight(spec, index)]))
  const files = entries.map(({ path }) => join(imageFolder, path))
  const weights = await spreadOutputs(network, { weights: drawn, preprocessing, files })
  await mkdir(folder, { recursive: true })
  const { sha256 } = await writeSafetensors(join(folder, 'weights.safetensors'), weights)
  const manifest = ModelManifest.parse({
    formatVersion: 1,
    id: 'model-1',
    runId: 'run-1',
    datasetId: 'dataset-1',
    datasetHash: createHash('sha256').update('dataset').digest('hex'),
    createdAtMs: Date.UTC(2026, 0, 2),
    architecture,
    classes,
    preprocessing,
    recipe: { ...presets['from-scratch'], architecture },
    backbone: null,
    device: 'wasm',
    weightsSha256: sha256,
    history: [],
    evaluations: [],
    versions: { athanor: '0.0.0' },
    ...options.manifest,
  })
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest))
  return manifest
}

/** Drawing millions of normal numbers takes seconds; a prime length keeps the repetitions out of step with any shape. */
const normals = Float64Array.from({ length: 65_521 }, normalOf(randomOf(17)))

/** He et al.'s scale for filters; statistics and scales around those of a trained network. */
function drawWeight(spec: ParameterSpec, index: number): Weight {
  const fanIn = spec.shape.slice(1).reduce((product, side) => product * side, 1)
  const scale = Math.sqrt(2 / fanIn)
  const shape = (normal: number): number => {
    if (spec.layout !== 'vector') return normal * scale
    if (spec.name.endsWith('running_var')) return 0.5 + Math.abs(normal)
    return spec.name.endsWith('.weight') ? 0.6 + 0.1 * normal : 0.1 * normal
  }
  const values = new Float32Array(spec.shape.reduce((product, side) => product * side, 1))
  for (let at = 0; at < values.length; at += 1) {
    values[at] = shape(normals[(at + index * 7_919) % normals.length] ?? 0)
  }
  return { shape: spec.shape, values }
}

interface SpreadOptions {
  readonly weights: WeightMap
  readonly preprocessing: Preprocessing
  readonly files: readonly string[]
}

/** Random features are nearly the same for all images; the output layer is made to look at what is different. */
async function spreadOutputs(network: Network, { weights, preprocessing, files }: SpreadOptions): Promise<WeightMap> {
  const active = await wasmDevice.activate({ threads: 1, precision: 'float32' })
  const parameters = createParameters(network, { weights, seed: 0 })
  try {
    const logits: Float32Array[] = []
    for (const file of files.slice(0, 12)) {
      const { values } = await readPixels({ file, contentHash: null }, preprocessing)
      if (values === null) continue
      const { outputs } = await forwardPixels({ network, parameters, preprocessing }, [values], { slots: 1 })
      logits.push(...outputs)
    }
    const head = weights.get('fc.weight') as Weight
    const bias = weights.get('fc.bias') as Weight
    const classCount = network.classCount
    const width = head.values.length / classCount
    const newHead = new Float32Array(head.values.length)
    const newBias = new Float32Array(classCount)
    for (let index = 0; index < classCount; index += 1) {
      const column = logits.map((row) => row[index] ?? 0)
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length
      const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length)
      const scale = 1.5 / Math.max(deviation, 1e-6)
      newBias[index] = ((bias.values[index] ?? 0) - mean) * scale
      for (let input = 0; input < width; input += 1) {
        newHead[index * width + input] = (head.values[index * width + input] ?? 0) * scale
      }
    }
    return new Map(weights)
      .set('fc.weight', { shape: head.shape, values: newHead })
      .set('fc.bias', { shape: bias.shape, values: newBias })
  } finally {
    disposeParameters(parameters)
    await active.dispose()
  }
}
