import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { imagenetPreprocessing } from '../../src/shared/domain/backbone.ts'
import type { Architecture } from '../../src/shared/domain/backbone.ts'
import { wasmDevice } from '../../src/trainer/devices/wasm.ts'
import { forwardTensor, type Classifier } from '../../src/trainer/evaluation/classifier.ts'
import { gradCam } from '../../src/trainer/evaluation/grad-cam.ts'
import { forwardInfer } from '../../src/trainer/network/forward.ts'
import { createParameters, disposeParameters } from '../../src/trainer/network/parameters.ts'
import { placeholderWeights } from '../../src/trainer/network/placeholder-weights.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'

const cropPx = 96
const pixels = Uint8Array.from({ length: cropPx ** 2 * 3 }, (_, index) => 128 + 100 * Math.sin(index * index))
const lastStages: Record<Architecture, string> = {
  resnet18: 'layer4.1.relu',
  resnet34: 'layer4.2.relu',
  resnet50: 'layer4.2.relu',
}

/** Grad-CAM by its definition: activations weighed with the mean gradient of the logit over the positions. */
async function byDefinition(classifier: Classifier, index: number): Promise<number[]> {
  const { network, parameters } = classifier
  const from = lastStages[network.architecture]
  const activations = forwardTensor(classifier, [pixels], { slots: 1, until: from }) as tf.Tensor4D
  const map = tf.tidy(() => {
    const logitOf = (x: tf.Tensor) => {
      const logits = forwardInfer(network, parameters, x, { from })
      const chosen = Array.from({ length: network.classCount }, (_, at) => (at === index ? 1 : 0))
      return tf.sum(tf.mul(logits, tf.tensor2d([chosen])))
    }
    const gradient = tf.grad(logitOf)(activations)
    return tf.relu(tf.sum(tf.mul(activations, tf.mean(gradient, [1, 2], true)), -1))
  })
  const values = Array.from(await map.data())
  tf.dispose([activations, map])
  const largest = Math.max(...values)
  return values.map((value) => (largest > 0 ? value / largest : 0))
}

describe.each(['resnet18', 'resnet34', 'resnet50'] as const)('the heat map of %s', (architecture) => {
  it('is what the gradient of the logit gives, for each class', async () => {
    const device = await wasmDevice.activate({ threads: 1, precision: 'float32' })
    const network = buildResnet(architecture, 3)
    const parameters = createParameters(network, { weights: placeholderWeights(network), seed: 0 })
    try {
      const classifier = { network, parameters, preprocessing: { ...imagenetPreprocessing, resizePx: 110, cropPx } }
      const before = tf.memory().numTensors
      let lit = 0
      for (const index of [0, 1, 2]) {
        const { rows, explained } = await gradCam(classifier, pixels, index)
        expect(explained).toBe(index)
        expect(rows.map((row) => row.length)).toEqual([3, 3, 3])
        const expected = await byDefinition(classifier, index)
        rows.flat().forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? NaN, 4))
        if (Math.max(...rows.flat()) === 1) lit += 1
      }
      expect(lit, 'classes that something speaks for').toBeGreaterThan(0)
      const { logits, explained } = await gradCam(classifier, pixels, null)
      expect(logits[explained]).toBe(Math.max(...logits))
      expect(tf.memory().numTensors).toBe(before)
    } finally {
      disposeParameters(parameters)
      await device.dispose()
    }
  })
})
