import * as tf from '@tensorflow/tfjs-core'
import type { DeviceId } from '../../shared/domain/device.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { ActiveDevice } from '../devices/device.ts'
import type { Network } from '../network/graph.ts'
import type { Parameters } from '../network/parameters.ts'
import { createLearner } from './learner.ts'
import { multiplyAddsPerImage } from './network-cost.ts'

export interface MicroBatchContext {
  readonly network: Network
  readonly parameters: Parameters
  readonly recipe: Recipe
  readonly device: ActiveDevice
}

/** Share of the device's memory for tensors; kernels need scratch beside them. */
const tensorMemoryRatio = 0.5
/** Multiply-adds of the forward pass of ResNet-18 over an image of 224. */
const usualImageWork = 1.83e9
/**
 * Work at once on a processor, in multiply-adds of the forward pass: more would not be faster, and a run could not be
 * stopped within seconds. oneDNN is half as fast on 8 images as on 32.
 */
const workMax: Readonly<Partial<Record<DeviceId, number>>> = {
  wasm: 8 * usualImageWork,
  onednn: 32 * usualImageWork,
  tensorflow: 32 * usualImageWork,
}
/** Fewer would make the statistics of batch normalisation too rough. */
const leastImages = 4

/**
 * How many images the device takes at once: as many as the recipe says, else as many as fit. The memory of one image is
 * measured by a step over random pixels that changes nothing; it is counted in bytes, never timed, so that the same run
 * always gets the same answer. Errors: out-of-memory where not even two images fit.
 */
export async function chooseMicroBatchSize(context: MicroBatchContext): Promise<number> {
  const { network, recipe, device } = context
  if (recipe.epochs === 0) return recipe.batchSize
  if (recipe.microBatchSize !== null) return Math.min(recipe.microBatchSize, recipe.batchSize)
  const { restBytes, perImageBytes, largestBytes } = await measureMemory(context)
  const fitting = Math.min(
    Math.floor((device.memoryLimitBytes * tensorMemoryRatio - restBytes) / perImageBytes),
    Math.floor((device.tensorLimitBytes ?? Infinity) / largestBytes),
  )
  if (fitting < 2) {
    throw new AppError(
      'out-of-memory',
      said`Two images of ${recipe.inputSizePx} pixels do not fit into the memory of ${device.name}. Lower inputSizePx.`,
    )
  }
  const work = workMax[device.id] ?? Infinity
  const bearable = Math.max(leastImages, Math.floor(work / multiplyAddsPerImage(network, recipe.inputSizePx)))
  return Math.min(recipe.batchSize, fitting, bearable)
}

const measuredImages = 2

/** Bytes of tensors at the peak of a step, those that each image adds and the others, and of its largest tensor. */
async function measureMemory({ network, parameters, recipe }: MicroBatchContext) {
  const classWeights = new Array<number>(network.classCount).fill(1)
  const learner = createLearner({ network, parameters }, classWeights, recipe)
  const pixels = new Float32Array(measuredImages * recipe.inputSizePx ** 2 * 3).map((_, index) => Math.sin(index))
  try {
    const { peakBytes, kernels } = await tf.profile(async () => {
      await learner.add({ pixels, classIndices: new Array<number>(measuredImages).fill(0) })
      return []
    })
    // The parameters, their gradients, and a sum of gradients beside the next ones.
    const weightBytes = [...parameters.values()].reduce((sum, { size }) => sum + 4 * size, 0)
    const restBytes = (recipe.momentum === 0 ? 3 : 4) * weightBytes
    const shapes = kernels.flatMap(({ outputShapes }) => outputShapes).filter(([size]) => size === measuredImages)
    const largestBytes = Math.max(4, ...shapes.map((shape) => (4 * tf.util.sizeFromShape(shape)) / measuredImages))
    return {
      ...{ restBytes, largestBytes },
      perImageBytes: Math.max(1, (peakBytes - 2 * weightBytes) / measuredImages),
    }
  } finally {
    learner.abandon()
    learner.dispose()
  }
}

/** A lack of memory says how many images were taken at once, and whether pictures were kept beside them; TensorFlow tells of one in words only. */
export function withMicroBatchSize(
  thrown: unknown,
  data: { readonly microBatchSize: number; readonly keptPictures: boolean },
): unknown {
  const isOurs = isAppError(thrown) && thrown.code === 'out-of-memory'
  const isTensorflows = thrown instanceof Error && thrown.message.includes('OOM when allocating')
  if (!isOurs && !isTensorflows) return thrown
  const message = isOurs ? said`${thrown.message}` : said`TensorFlow found no memory left.`
  return new AppError('out-of-memory', message, { data, cause: thrown })
}
