/**
 * One sample for benchmarks/processor.ts and benchmarks/devices.ts: images per second of a training step and of inference
 * of ResNet-18 as the peer measures them (a first one that does not count, then the median of some), and the peak memory
 * of both.
 *
 *   node benchmarks/device-sample.ts DEVICE PRECISION [--threads N] [--images 32] [--side 224] [--repeats 5]
 *     [--as-it-comes] [--kernels]
 *
 * No more images are taken at once than fit. With --as-it-comes webgpu computes by tfjs's kernels alone; --kernels adds the
 * milliseconds that each kernel takes of a step.
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { DeviceId, Precision } from '../src/shared/domain/device.ts'
import { presets } from '../src/shared/domain/recipe.ts'
import type { ActiveDevice } from '../src/trainer/devices/device.ts'
import { registerGradients } from '../src/trainer/devices/gradients.ts'
import { chooseDevice } from '../src/trainer/devices/table.ts'
import { loadCards } from '../src/trainer/devices/webgpu/cards.ts'
import { disposeFolded, foldFilters } from '../src/trainer/network/folded-filters.ts'
import { forwardInfer } from '../src/trainer/network/forward.ts'
import { createParameters } from '../src/trainer/network/parameters.ts'
import { buildResnet } from '../src/trainer/network/resnet.ts'
import { createLearner } from '../src/trainer/steps/learner.ts'
import { chooseMicroBatchSize } from '../src/trainer/steps/micro-batch-size.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string' },
    images: { type: 'string', default: '32' },
    side: { type: 'string', default: '224' },
    repeats: { type: 'string', default: '5' },
    'as-it-comes': { type: 'boolean', default: false },
    kernels: { type: 'boolean', default: false },
  },
})
const [deviceId, precision] = positionals
const inputSizePx = Number(values.side)

async function activate(): Promise<Pick<ActiveDevice, 'name' | 'dispose'> & Partial<ActiveDevice>> {
  if (!values['as-it-comes']) {
    const threads = values.threads === undefined ? null : Number(values.threads)
    return (await chooseDevice(DeviceId.parse(deviceId), { threads, precision: Precision.parse(precision) })).active
  }
  const { loaded } = await loadCards()
  if (loaded === null) throw new Error('There is no graphics card.')
  registerGradients()
  await import('@tensorflow/tfjs-backend-webgpu')
  await tf.setBackend('webgpu')
  return { name: loaded.cards[0].name, dispose: async () => tf.removeBackend('webgpu') }
}

const active = await activate()
const network = buildResnet('resnet18', 2)
const parameters = createParameters(network, { weights: null, seed: 1 })
const recipe = { ...presets.reference, inputSizePx, batchSize: Number(values.images) }
const images =
  active.memoryLimitBytes === undefined
    ? Number(values.images)
    : await chooseMicroBatchSize({ network, parameters, recipe, device: active as ActiveDevice })
const pixels = Float32Array.from({ length: images * inputSizePx ** 2 * 3 }, (_, index) => Math.sin(index * 12.9898))
const classIndices = Array.from({ length: images }, (_, index) => index % 2)

async function imagesPerSecond(work: () => Promise<void>): Promise<number> {
  await work()
  const times: number[] = []
  for (let time = 0; time < Number(values.repeats); time++) {
    const startMs = performance.now()
    await work()
    times.push(performance.now() - startMs)
  }
  return (1000 * images) / (times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN)
}

const learner = createLearner({ network, parameters }, [1, 1], {
  ...{ momentum: 0, weightDecay: 1e-3, headLearningRateMultiplier: 10, trainableFrom: 'stem' },
  ...{ lossReduction: 'sum', labelSmoothing: 0, inputSizePx },
})
/** The update is computed too, which a card would put off. */
async function step(): Promise<void> {
  await learner.add({ pixels, classIndices })
  learner.update(1e-5)
  const last = [...parameters.values()].at(-1)
  if (last !== undefined) await tf.tidy(() => tf.sum(last)).data()
}

async function kernelMs(): Promise<Record<string, number>> {
  const { kernels } = await tf.profile(async () => {
    await step()
    return []
  })
  const totals: Record<string, number> = {}
  for (const { name, kernelTimeMs } of kernels) {
    const ms = Number(await kernelTimeMs)
    if (Number.isFinite(ms)) totals[name] = (totals[name] ?? 0) + ms
  }
  return totals
}

const train = await imagesPerSecond(step)
const kernels = values.kernels ? await kernelMs() : {}
learner.dispose()

const folded = foldFilters(network, parameters)
const infer = await imagesPerSecond(async () => {
  const logits = tf.tidy(() =>
    forwardInfer(network, parameters, tf.tensor4d(pixels, [images, inputSizePx, inputSizePx, 3]), { folded }),
  )
  await logits.data()
  logits.dispose()
})
disposeFolded(folded)
await active.dispose()
const peakMiB = process.resourceUsage().maxRSS / 1024
console.log(JSON.stringify({ name: active.name, images, train, infer, peakMiB, kernels }))
