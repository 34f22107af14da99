import type { z } from 'zod'
import type { StepMeasurement, trainer } from '../shared/contract/trainer.ts'
import { imagenetPreprocessing } from '../shared/domain/backbone.ts'
import type { Recipe } from '../shared/domain/recipe.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import type { ActiveDevice } from './devices/device.ts'
import { chooseDevice } from './devices/table.ts'
import { forwardPixels } from './evaluation/classifier.ts'
import { inferenceBatchSize } from './evaluation/open-classifier.ts'
import { disposeFolded, foldFilters } from './network/folded-filters.ts'
import { placeholderWeights } from './network/placeholder-weights.ts'
import { createParameters, disposeParameters, type Parameters } from './network/parameters.ts'
import { buildResnet } from './network/resnet.ts'
import type { Network } from './network/graph.ts'
import { createLearner } from './steps/learner.ts'
import { chooseMicroBatchSize } from './steps/micro-batch-size.ts'
import { readAsTestImages, readAsTrainingImages, type PictureSample } from './steps/sample-reader.ts'
import { secondsPerImage } from './steps/time-steps.ts'

type MeasureInput = z.output<typeof trainer.measure.input>

interface Bench {
  readonly network: Network
  readonly parameters: Parameters
  readonly recipe: Recipe
  readonly device: ActiveDevice
  readonly sample: PictureSample
  readonly signal: AbortSignal
}

/**
 * What an image costs with this recipe on its device, by the code that trains: seconds, not minutes, so a figure to plan
 * with. Errors: no-device, out-of-memory.
 */
export async function measure(
  { recipe, classCount, ...sample }: MeasureInput,
  { signal }: Pick<HandlerContext, 'signal'>,
): Promise<StepMeasurement> {
  const { active: device } = await chooseDevice(recipe.device, recipe)
  try {
    const network = buildResnet(recipe.architecture, classCount)
    const parameters = createParameters(network, { weights: placeholderWeights(network), seed: 0 })
    const bench: Bench = { network, parameters, recipe, device, sample, signal }
    try {
      const microBatchSize = await chooseMicroBatchSize(bench)
      return {
        device: device.id,
        deviceName: device.name,
        microBatchSize,
        trainSecondsPerImage: recipe.epochs === 0 ? null : await secondsToTrain(bench, microBatchSize),
        inferSecondsPerImage: await secondsToInfer(bench),
        memoryBytes: process.resourceUsage().maxRSS * 1024,
      }
    } finally {
      disposeParameters(parameters)
    }
  } finally {
    await device.dispose()
  }
}

/**
 * Pictures are read meanwhile: a run does so, and on a processor that takes its share of it. One batch alone, which the first
 * step that counts uses up: where reading is what takes long, the others wait for it.
 */
const batchesAhead = 1

async function secondsToTrain(bench: Bench, images: number): Promise<number> {
  const { network, parameters, recipe, sample, signal } = bench
  const classWeights = new Array<number>(network.classCount).fill(1)
  const learner = createLearner({ network, parameters }, classWeights, recipe)
  const classIndices = Array.from({ length: images }, (_, index) => index % network.classCount)
  const pixels = noise(images * recipe.inputSizePx ** 2 * 3)
  const reader = readAsTrainingImages(sample, { ...bench, ahead: batchesAhead * images })
  try {
    return await secondsPerImage(images, signal, async () => {
      await reader.take(images)
      // A fresh array each time: some devices read it only when the tensor is first used.
      await learner.add({ pixels: pixels.slice(), classIndices })
      // Small enough that numbers stay ordinary, at full cost.
      learner.update(1e-6)
    })
  } finally {
    await reader.close()
    learner.dispose()
  }
}

async function secondsToInfer(bench: Bench): Promise<number> {
  const { network, parameters, recipe, sample, signal } = bench
  const { inputSizePx: cropPx, resizePx } = recipe
  const slots = inferenceBatchSize(cropPx)
  const picture = Uint8Array.from(noise(cropPx ** 2 * 3), (value) => 128 + 64 * value)
  const images = new Array<Uint8Array>(slots).fill(picture)
  const preprocessing = { ...imagenetPreprocessing, resizePx, cropPx }
  const folded = foldFilters(network, parameters)
  const reader = readAsTestImages(sample, { ...bench, ahead: batchesAhead * slots })
  try {
    return await secondsPerImage(slots, signal, async () => {
      await reader.take(slots)
      await forwardPixels({ network, parameters, preprocessing, folded }, images, { slots })
    })
  } finally {
    await reader.close()
    disposeFolded(folded)
  }
}

/** Values as normalised pixels have them; the same each time. */
function noise(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * index))
}
