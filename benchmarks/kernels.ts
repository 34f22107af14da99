/**
 * GFLOP/s of each convolution of ResNet-18 at 224, forward and both gradients, on the wasm device.
 *
 *   node benchmarks/kernels.ts [--batch 8] [--threads N] [--repeat 5] [--cpu-time]
 *
 * With --cpu-time on one thread it counts the time that the processor gave this thread, which a busy machine disturbs less.
 */
import { parseArgs } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import { ensureKernelsBuilt } from '../native/wasm/build.ts'
import { chooseDevice } from '../src/trainer/devices/table.ts'

type Shape4D = [number, number, number, number]

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '8' },
    threads: { type: 'string' },
    repeat: { type: 'string', default: '5' },
    'cpu-time': { type: 'boolean', default: false },
  },
})
const batch = Number(values.batch)
const repeat = Number(values.repeat)

/** Input size, channels in and out, kernel, stride, and how often ResNet-18 has it. */
const convolutions = [
  { name: 'stem 7x7/2', size: 224, inputs: 3, outputs: 64, kernel: 7, stride: 2, count: 1 },
  { name: 'layer1 3x3', size: 56, inputs: 64, outputs: 64, kernel: 3, stride: 1, count: 4 },
  { name: 'layer2 3x3/2', size: 56, inputs: 64, outputs: 128, kernel: 3, stride: 2, count: 1 },
  { name: 'layer2 1x1/2', size: 56, inputs: 64, outputs: 128, kernel: 1, stride: 2, count: 1 },
  { name: 'layer2 3x3', size: 28, inputs: 128, outputs: 128, kernel: 3, stride: 1, count: 3 },
  { name: 'layer3 3x3/2', size: 28, inputs: 128, outputs: 256, kernel: 3, stride: 2, count: 1 },
  { name: 'layer3 1x1/2', size: 28, inputs: 128, outputs: 256, kernel: 1, stride: 2, count: 1 },
  { name: 'layer3 3x3', size: 14, inputs: 256, outputs: 256, kernel: 3, stride: 1, count: 3 },
  { name: 'layer4 3x3/2', size: 14, inputs: 256, outputs: 512, kernel: 3, stride: 2, count: 1 },
  { name: 'layer4 1x1/2', size: 14, inputs: 256, outputs: 512, kernel: 1, stride: 2, count: 1 },
  { name: 'layer4 3x3', size: 7, inputs: 512, outputs: 512, kernel: 3, stride: 1, count: 3 },
]

function nowMs(): number {
  if (!values['cpu-time']) return performance.now()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function medianMs(compute: () => tf.Tensor): number {
  const times: number[] = []
  for (let run = 0; run <= repeat; run++) {
    const startedAt = nowMs()
    compute().dispose()
    if (run > 0) times.push(nowMs() - startedAt)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

await ensureKernelsBuilt()
const threads = values.threads === undefined ? null : Number(values.threads)
const { active } = await chooseDevice('wasm', { threads, precision: 'float32' })
console.log(`${active.name}, batch ${batch}, median of ${repeat}; GFLOP/s (ms)`)
const totals = [0, 0, 0]
for (const { name, size, inputs, outputs, kernel, stride, count } of convolutions) {
  const side: [number, number] = [(kernel - 1) / 2, (kernel - 1) / 2]
  const pad: [[number, number], [number, number], [number, number], [number, number]] = [[0, 0], side, side, [0, 0]]
  const inputShape: Shape4D = [batch, size, size, inputs]
  const filterShape: Shape4D = [kernel, kernel, inputs, outputs]
  const attrs = { strides: [stride, stride], pad, dataFormat: 'NHWC', dimRoundingMode: 'floor' }
  const x = tf.randomNormal<tf.Rank.R4>(inputShape)
  const filter = tf.randomNormal<tf.Rank.R4>(filterShape)
  const dy = tf.conv2d(x, filter, stride, pad)
  const times = [
    medianMs(() => tf.conv2d(x, filter, stride, pad)),
    inputs === 3
      ? 0
      : medianMs(() => tf.engine().runKernel(tf.Conv2DBackpropInput, { dy, filter }, { ...attrs, inputShape })),
    medianMs(() => tf.engine().runKernel(tf.Conv2DBackpropFilter, { x, dy }, { ...attrs, filterShape })),
  ]
  const operations = 2 * dy.size * kernel * kernel * inputs
  const cells = ['forward', 'dX', 'dW'].map((label, index) => {
    const ms = times[index] ?? 0
    totals[index] = (totals[index] ?? 0) + ms * count
    return `${label} ${(ms === 0 ? 0 : operations / ms / 1e6).toFixed(1).padStart(6)} (${ms.toFixed(1)})`.padEnd(26)
  })
  console.log(`${name.padEnd(13)} ${cells.join(' ')}`)
  tf.dispose([x, filter, dy])
}
console.log(
  `all of one step: ${totals.map((ms) => ms.toFixed(0)).join(' + ')} = ${totals.reduce((a, b) => a + b).toFixed(0)} ms`,
)
await active.dispose()
