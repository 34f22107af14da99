/**
 * Images per second of a whole training step of a ResNet at 224 on a device, and what each kernel takes of it; beside
 * plain PyTorch in the same run when its program is given.
 *
 *   node benchmarks/train-step.ts [--architecture resnet18] [--batch 8] [--steps 7] [--device wasm] [--threads N]
 *     [--precision float32] [--profile] [--peer FILE]
 *
 * The peer is run as `/usr/bin/python3 FILE x --speed` with OMP_NUM_THREADS, before and after, and prints one line of
 * JSON with train_images_per_s.
 */
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { ensureKernelsBuilt } from '../native/wasm/build.ts'
import { Architecture } from '../src/shared/domain/backbone.ts'
import { DeviceId, Precision } from '../src/shared/domain/device.ts'
import { chooseDevice } from '../src/trainer/devices/table.ts'
import { createParameters } from '../src/trainer/network/parameters.ts'
import { buildResnet } from '../src/trainer/network/resnet.ts'
import { createLearner } from '../src/trainer/steps/learner.ts'

const { values } = parseArgs({
  options: {
    architecture: { type: 'string', default: 'resnet18' },
    batch: { type: 'string', default: '8' },
    steps: { type: 'string', default: '7' },
    device: { type: 'string', default: 'wasm' },
    threads: { type: 'string' },
    precision: { type: 'string' },
    profile: { type: 'boolean', default: false },
    peer: { type: 'string' },
  },
})
const batch = Number(values.batch)
const inputSizePx = 224

function peerImagesPerSecond(file: string, threads: number): number {
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) }
  const line = execFileSync('/usr/bin/python3', [file, 'x', '--speed'], { env, encoding: 'utf8' })
  return Number((JSON.parse(line) as { train_images_per_s: number }).train_images_per_s)
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

await ensureKernelsBuilt()
const threads = values.threads === undefined ? null : Number(values.threads)
const precision = values.precision === undefined ? null : Precision.parse(values.precision)
const { active } = await chooseDevice(DeviceId.parse(values.device), { threads, precision })
const peers = values.peer === undefined ? [] : [peerImagesPerSecond(values.peer, active.threads)]

const network = buildResnet(Architecture.parse(values.architecture), 2)
const parameters = createParameters(network, { weights: null, seed: 1 })
const learner = createLearner({ network, parameters }, [1, 1], {
  ...{ momentum: 0, weightDecay: 1e-3, headLearningRateMultiplier: 10, trainableFrom: 'stem' },
  ...{ lossReduction: 'sum', labelSmoothing: 0, inputSizePx },
})
const pixels = Float32Array.from({ length: batch * inputSizePx ** 2 * 3 }, (_, index) => Math.sin(index * 12.9898))
const classIndices = Array.from({ length: batch }, (_, index) => index % 2)

async function stepMs(): Promise<number> {
  const startedAt = performance.now()
  await learner.add({ pixels, classIndices })
  learner.update(1e-5)
  return performance.now() - startedAt
}

const firstMs = await stepMs()
const times: number[] = []
for (let step = 0; step < Number(values.steps); step++) times.push(await stepMs())
if (values.peer !== undefined) peers.push(peerImagesPerSecond(values.peer, active.threads))

const ours = (batch / median(times)) * 1000
console.log(`${active.name}, ${values.architecture}, batch ${batch} at ${inputSizePx}, ${times.length} steps`)
console.log(
  `step: median ${median(times).toFixed(0)} ms, best ${Math.min(...times).toFixed(0)}, first ${firstMs.toFixed(0)}`,
)
console.log(`${ours.toFixed(2)} images/s; tensors ${tf.memory().numTensors}, peak memory ${peakMiB()} MiB`)
if (peers.length > 0) {
  const peer = median(peers)
  console.log(`peer: ${peers.map((rate) => rate.toFixed(2)).join(', ')} images/s; ratio ${(ours / peer).toFixed(3)}`)
}

function peakMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024)
}

if (values.profile) {
  const { kernels } = await tf.profile(async () => {
    await stepMs()
    return tf.scalar(0)
  })
  const totals = new Map<string, { ms: number; count: number }>()
  for (const { name, kernelTimeMs } of kernels) {
    const total = totals.get(name) ?? { ms: 0, count: 0 }
    totals.set(name, { ms: total.ms + Number(await kernelTimeMs), count: total.count + 1 })
  }
  for (const [name, { ms, count }] of [...totals].sort(([, a], [, b]) => b.ms - a.ms).slice(0, 20)) {
    console.log(`${name.padEnd(28)} ${ms.toFixed(1).padStart(8)} ms in ${count}`)
  }
}
learner.dispose()
await active.dispose()
