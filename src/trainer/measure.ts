import { availableParallelism } from 'node:os'
import type { z } from 'zod'
import { readTestPixels } from '../imaging/read-test-pixels.ts'
import type { StepMeasurement, trainer } from '../shared/contract/trainer.ts'
import { imagenetPreprocessing } from '../shared/domain/backbone.ts'
import type { Recipe } from '../shared/domain/recipe.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import type { ActiveDevice } from './devices/device.ts'
import { isProcessor } from './devices/processor.ts'
import { chooseDevice } from './devices/table.ts'
import { forwardPixels } from './evaluation/classifier.ts'
import { inferenceBatchSize } from './evaluation/open-classifier.ts'
import { readAhead } from './evaluation/read-ahead.ts'
import { disposeFolded, foldFilters } from './network/folded-filters.ts'
import { placeholderWeights } from './network/placeholder-weights.ts'
import { createParameters, disposeParameters, type Parameters } from './network/parameters.ts'
import { buildResnet } from './network/resnet.ts'
import type { Network } from './network/graph.ts'
import { createLearner } from './steps/learner.ts'
import { chooseMicroBatchSize } from './steps/micro-batch-size.ts'

type MeasureInput = z.output<typeof trainer.measure.input>

interface Bench {
  readonly network: Network
  readonly parameters: Parameters
  readonly recipe: Recipe
  readonly device: ActiveDevice
  readonly signal: AbortSignal
}

/**
 * What an image costs with this recipe on its device, by the code that trains: seconds, not minutes, so a figure to plan
 * with. Errors: no-device, out-of-memory.
 */
export async function measure(
  { recipe, classCount, files }: MeasureInput,
  { signal }: Pick<HandlerContext, 'signal'>,
): Promise<StepMeasurement> {
  const { active: device } = await chooseDevice(recipe.device, recipe)
  try {
    const network = buildResnet(recipe.architecture, classCount)
    const parameters = createParameters(network, { weights: placeholderWeights(network), seed: 0 })
    const bench: Bench = { network, parameters, recipe, device, signal }
    try {
      const microBatchSize = await chooseMicroBatchSize(bench)
      const readSeconds = await secondsToRead(files, bench)
      const together = (seconds: number) => besideReading(device, seconds, readSeconds)
      const trainSeconds = recipe.epochs === 0 ? null : await secondsToTrain(bench, microBatchSize)
      const inferSeconds = await secondsToInfer(bench)
      return {
        device: device.id,
        deviceName: device.name,
        microBatchSize,
        trainSecondsPerImage: trainSeconds === null ? null : together(trainSeconds),
        inferSecondsPerImage: together(inferSeconds),
        memoryBytes: process.resourceUsage().maxRSS * 1024,
      }
    } finally {
      disposeParameters(parameters)
    }
  } finally {
    await device.dispose()
  }
}

/** Reading goes on while a graphics card computes; a processor has to do both. */
function besideReading({ id }: ActiveDevice, computeSeconds: number, readSeconds: number): number {
  return isProcessor(id) ? computeSeconds + readSeconds : Math.max(computeSeconds, readSeconds)
}

/** As many steps as fit into a second, at least one, after one that does not count where that was quick. */
async function secondsToTrain({ network, parameters, recipe, signal }: Bench, images: number): Promise<number> {
  const classWeights = new Array<number>(network.classCount).fill(1)
  const learner = createLearner({ network, parameters }, classWeights, recipe)
  const classIndices = Array.from({ length: images }, (_, index) => index % network.classCount)
  try {
    return await secondsPerImage(images, signal, async () => {
      await learner.add({ pixels: noise(images * recipe.inputSizePx ** 2 * 3), classIndices })
      // Small enough that numbers stay ordinary, at full cost.
      learner.update(1e-6)
    })
  } finally {
    learner.dispose()
  }
}

async function secondsToInfer({ network, parameters, recipe, signal }: Bench): Promise<number> {
  const { inputSizePx: cropPx, resizePx } = recipe
  const slots = inferenceBatchSize(cropPx)
  const picture = Uint8Array.from(noise(cropPx ** 2 * 3), (value) => 128 + 64 * value)
  const images = new Array<Uint8Array>(slots).fill(picture)
  const preprocessing = { ...imagenetPreprocessing, resizePx, cropPx }
  const folded = foldFilters(network, parameters)
  try {
    return await secondsPerImage(slots, signal, async () => {
      await forwardPixels({ network, parameters, preprocessing, folded }, images, { slots })
    })
  } finally {
    disposeFolded(folded)
  }
}

const budgetSeconds = 1

/** The first one compiles programs and takes memory; where it took longer than all others may, it has to do. */
async function secondsPerImage(images: number, signal: AbortSignal, step: () => Promise<void>): Promise<number> {
  const first = await secondsOf(step)
  let [total, count] = [0, 0]
  while (total + first < budgetSeconds) {
    signal.throwIfAborted()
    total += await secondsOf(step)
    count += 1
  }
  return (count === 0 ? first : total / count) / images
}

async function secondsOf(step: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await step()
  return Math.max(1e-6, (performance.now() - startMs) / 1000)
}

/** Of one picture where several are read at once, as in a run; 0 where none can be read. */
async function secondsToRead(files: readonly string[], { recipe, signal }: Bench): Promise<number> {
  const view = { resizePx: Math.max(recipe.resizePx, recipe.inputSizePx), cropPx: recipe.inputSizePx }
  const concurrency = availableParallelism()
  const read = (file: string) => readTestPixels(file, view)
  // Starting the threads that read is not what a picture costs.
  await Promise.all(files.slice(0, concurrency).map(read))
  const startMs = performance.now()
  let count = 0
  for await (const { state } of readAhead(files, read, { concurrency, ahead: files.length, signal })) {
    if (state === 'read') count += 1
  }
  return count === 0 ? 0 : (performance.now() - startMs) / 1000 / count
}

/** Values as normalised pixels have them; the same each time. */
function noise(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * index))
}
