/**
 * One sample for benchmarks/processor.ts: images per second of a training step and of inference of ResNet-18 at 224, batch
 * 32, as the peer measures them (a first one that does not count, then the median of five), and the peak memory of both.
 *
 *   node benchmarks/processor-sample.ts DEVICE PRECISION THREADS
 */
import * as tf from '@tensorflow/tfjs-core'
import { DeviceId, Precision } from '../src/shared/domain/device.ts'
import { chooseDevice } from '../src/trainer/devices/table.ts'
import { disposeFolded, foldFilters } from '../src/trainer/network/folded-filters.ts'
import { forwardInfer } from '../src/trainer/network/forward.ts'
import { createParameters } from '../src/trainer/network/parameters.ts'
import { buildResnet } from '../src/trainer/network/resnet.ts'
import { createLearner } from '../src/trainer/steps/learner.ts'

const [device, precision, threads] = process.argv.slice(2)
const images = 32
const sidePx = 224

const { active } = await chooseDevice(DeviceId.parse(device), {
  threads: Number(threads),
  precision: Precision.parse(precision),
})
const network = buildResnet('resnet18', 2)
const parameters = createParameters(network, { weights: null, seed: 1 })
const pixels = Float32Array.from({ length: images * sidePx ** 2 * 3 }, (_, index) => Math.sin(index * 12.9898))
const classIndices = Array.from({ length: images }, (_, index) => index % 2)

async function imagesPerSecond(work: () => Promise<void>): Promise<number> {
  await work()
  const times: number[] = []
  for (let time = 0; time < 5; time++) {
    const startMs = performance.now()
    await work()
    times.push(performance.now() - startMs)
  }
  return (1000 * images) / (times.sort((a, b) => a - b)[2] ?? Number.NaN)
}

const learner = createLearner({ network, parameters }, [1, 1], {
  ...{ momentum: 0, weightDecay: 1e-3, headLearningRateMultiplier: 10, trainableFrom: 'stem' },
  ...{ lossReduction: 'sum', labelSmoothing: 0, inputSizePx: sidePx },
})
const train = await imagesPerSecond(async () => {
  await learner.add({ pixels, classIndices })
  learner.update(1e-5)
})
learner.dispose()

const folded = foldFilters(network, parameters)
const infer = await imagesPerSecond(async () => {
  const logits = tf.tidy(() =>
    forwardInfer(network, parameters, tf.tensor4d(pixels, [images, sidePx, sidePx, 3]), { folded }),
  )
  await logits.data()
  logits.dispose()
})
disposeFolded(folded)
await active.dispose()
console.log(JSON.stringify({ train, infer, peakMiB: process.resourceUsage().maxRSS / 1024 }))
