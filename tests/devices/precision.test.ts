import * as tf from '@tensorflow/tfjs-core'
import { afterEach, expect, test } from 'vitest'
import { fusedKernels } from '../../src/trainer/devices/fused-kernels.ts'
import { onednnDevice } from '../../src/trainer/devices/onednn.ts'
import { chooseDevice } from '../../src/trainer/devices/table.ts'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { forwardInfer } from '../../src/trainer/network/forward.ts'
import { createParameters, disposeParameters } from '../../src/trainer/network/parameters.ts'
import { placeholderWeights } from '../../src/trainer/network/placeholder-weights.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'
import { createLearner } from '../../src/trainer/steps/learner.ts'
import { normalOf, randomOf } from '../../src/shared/random.ts'
import { differenceOf, numbersOf, type Numbers, presentDevices, runKernel } from '../support/devices.ts'

const hasOnednn = (await presentDevices()).includes(onednnDevice)
const found = await onednnDevice.probe()
const hasBfloat16 = found.available && found.precisions.includes('bfloat16')
if (hasOnednn && !hasBfloat16) console.log('Not tested in bfloat16: this processor does not have it.')

let active: ActiveDevice | null = null
afterEach(async () => {
  await active?.dispose()
  active = null
})

const sidePx = 64
const images = 4
const network = buildResnet('resnet18', 5)
const drawn = (seed: number, length: number) => Float32Array.from({ length }, normalOf(randomOf(seed)))

async function logits(): Promise<Float32Array> {
  const parameters = createParameters(network, { weights: placeholderWeights(network), seed: 0 })
  const output = tf.tidy(() =>
    forwardInfer(network, parameters, tf.tensor4d(drawn(1, images * sidePx ** 2 * 3), [images, sidePx, sidePx, 3])),
  )
  const values = await output.data<'float32'>()
  output.dispose()
  disposeParameters(parameters)
  return values
}

test('a device that does not compute in the wished precision is refused', async () => {
  await expect(chooseDevice('wasm', { threads: 1, precision: 'bfloat16' })).rejects.toThrow(
    'wasm: It computes in float32 here.',
  )
})

test.runIf(hasBfloat16)('without a wish bfloat16 is chosen where the processor has it', async () => {
  const chosen = await chooseDevice('onednn', { threads: 2, precision: null })
  active = chosen.active
  expect(active.precision).toBe('bfloat16')
  expect(chosen.reports).toMatchObject([{ precision: 'bfloat16', selfTest: { passed: true } }])
})

test.runIf(hasBfloat16)('logits in bfloat16 are within 2 % of those in float32, and not the same', async () => {
  const results: Float32Array[] = []
  for (const precision of ['float32', 'bfloat16'] as const) {
    active = await onednnDevice.activate({ threads: 2, precision })
    results.push(await logits())
    await active.dispose()
    active = null
  }
  const [exact = new Float32Array(), rough = new Float32Array()] = results
  const norm = (values: Float32Array) => Math.hypot(...values)
  const error = norm(rough.map((value, index) => value - (exact[index] ?? Number.NaN))) / norm(exact)
  expect(error).toBeLessThan(0.02)
  expect(error).toBeGreaterThan(1e-5)
})

test.runIf(hasOnednn)('no large tensor of a training step goes through JavaScript', async () => {
  active = await onednnDevice.activate({ threads: 2, precision: 'float32' })
  const parameters = createParameters(network, { weights: placeholderWeights(network), seed: 0 })
  for (const trainableFrom of ['stem', 'layer4'] as const) {
    const learner = createLearner({ network, parameters }, [1, 1, 1, 1, 2], {
      ...{ momentum: 0.9, weightDecay: 1e-3, headLearningRateMultiplier: 10, trainableFrom },
      ...{ lossReduction: 'mean', labelSmoothing: 0.1, inputSizePx: sidePx },
    })
    const before = new Map(active.plainKernelRuns?.())
    for (let part = 0; part < 2; part++)
      await learner.add({ pixels: drawn(part, images * sidePx ** 2 * 3), classIndices: [0, 1, 2, 4] })
    learner.update(1e-3)
    expect(new Map(active.plainKernelRuns?.())).toEqual(before)
    learner.dispose()
  }
  disposeParameters(parameters)
  tf.tidy(() => tf.sin(tf.ones([300, 300])))
  expect(active.plainKernelRuns?.().get(tf.Sin)).toBe(1)
})

test.runIf(hasOnednn)('a residual is added by the convolution, in its own memory only where it may be', async () => {
  active = await onednnDevice.activate({ threads: 2, precision: 'float32' })
  const x = tf.tensor4d(drawn(1, 2 * 9 * 9 * 32), [2, 9, 9, 32])
  const filter = tf.tensor4d(drawn(2, 9 * 32 * 32), [3, 3, 32, 32])
  const bias = tf.tensor1d(drawn(3, 32))
  const options = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1], activation: 'relu' }
  // What a convolution made has the layout that the next one adds to.
  const residualOf = () => tf.conv2d(x, filter, 1, 'same')
  const [expected] = await numbersOf(() => tf.relu(tf.add(tf.add(tf.conv2d(x, filter, 1, 'same'), bias), residualOf())))
  for (const overwrites of [false, true]) {
    const [actual, kept] = await numbersOf(() => {
      const residual = residualOf()
      const inputs = { x, filter, bias, residual }
      return [...runKernel(fusedKernels.convAdd, inputs, { ...options, overwrites }), ...(overwrites ? [] : [residual])]
    })
    expect(actual && expected && differenceOf(actual, expected)).toBeLessThan(2e-5)
    if (kept) expect(kept).toEqual((await numbersOf(residualOf))[0])
  }
  // A clone still needs the memory.
  const residual = residualOf()
  const clone = residual.clone()
  const [before] = await numbersOf(() => clone.clone())
  const [y] = runKernel(fusedKernels.convAdd, { x, filter, bias, residual }, { ...options, overwrites: true })
  expect((await numbersOf(() => clone.clone()))[0]).toEqual(before)
  tf.dispose([x, filter, bias, residual, clone, y])
})

/** Few places, and strides over many channels, go by a product of matrices on AMX. */
const filterShapes = [
  { batch: 3, height: 5, inputs: 48, outputs: 33, kernelPx: 3, stride: 1 },
  { batch: 1, height: 4, inputs: 64, outputs: 32, kernelPx: 3, stride: 1 },
  { batch: 2, height: 7, inputs: 16, outputs: 512, kernelPx: 3, stride: 1 },
  { batch: 2, height: 15, inputs: 130, outputs: 33, kernelPx: 3, stride: 2 },
  { batch: 2, height: 10, inputs: 128, outputs: 32, kernelPx: 3, stride: 2 },
  { batch: 3, height: 14, inputs: 128, outputs: 20, kernelPx: 1, stride: 2 },
  { batch: 5, height: 20, inputs: 24, outputs: 32, kernelPx: 3, stride: 1 },
]

test.runIf(hasBfloat16).each(filterShapes)(
  'the gradient of a filter in bfloat16 is exact where its numbers are: $batch images $height px high, $inputs to $outputs channels, $kernelPx px, stride $stride',
  async ({ batch, height, inputs, outputs, kernelPx, stride }) => {
    // Not square, so that no axis can stand for another.
    const width = height + 2
    const [down, along] = [Math.ceil(height / stride), Math.ceil(width / stride)]
    // Eighths up to 2 fit into eight bits, and so do their products into 24.
    const eighths = (seed: number, length: number) => {
      const random = randomOf(seed)
      return Float32Array.from({ length }, () => Math.round(random() * 32 - 16) / 8)
    }
    const gradients: Numbers[] = []
    for (const precision of ['float32', 'bfloat16'] as const) {
      active = await onednnDevice.activate({ threads: 2, precision })
      const [gradient] = await numbersOf(() => {
        const x = tf.tensor4d(eighths(1, batch * height * width * inputs), [batch, height, width, inputs])
        const filter = tf.zeros<tf.Rank.R4>([kernelPx, kernelPx, inputs, outputs])
        const dy = tf.tensor(eighths(2, batch * down * along * outputs), [batch, down, along, outputs])
        return tf.grad((weights) => tf.conv2d(x, weights as tf.Tensor4D, stride, 'same'))(filter, dy)
      })
      if (gradient) gradients.push(gradient)
      await active.dispose()
      active = null
    }
    const [exact, rough] = gradients
    expect(rough && exact && differenceOf(rough, exact)).toBeLessThan(1e-5)
  },
)
