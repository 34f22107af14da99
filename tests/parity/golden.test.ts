import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { applyStatistics, forwardInfer, forwardTrain } from '../../src/trainer/network/forward.ts'
import { toTorchLayout } from '../../src/trainer/network/layout.ts'
import { parameterSpecs, trainableSpecs } from '../../src/trainer/network/parameter-specs.ts'
import {
  createParameters,
  disposeParameters,
  parameterOf,
  readWeightMap,
} from '../../src/trainer/network/parameters.ts'
import type { Parameters } from '../../src/trainer/network/parameters.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'
import { createOptimizer } from '../../src/trainer/steps/optimizer.ts'
import type { WeightMap } from '../../src/trainer/weights/weight-map.ts'
import {
  drawGoldenPixels,
  drawGoldenWeights,
  estimateRelativeError,
  goldenLabels,
  readEvalGolden,
  readTrainGolden,
  relativeError,
} from '../support/golden.ts'
import type { EvalGolden, Summary } from '../support/golden.ts'
import { isSoftware, presentDevices } from '../support/devices.ts'

/** Half of what is promised, 1e-4, because errors are estimated: make-golden.py says how surely. */
const tolerance = 5e-5

const present = await presentDevices()

describe.each(present.map((device) => [device.id, device] as const))('on %s', (_id, device) => {
  let active: ActiveDevice

  beforeAll(async () => {
    active = await device.activate({ threads: null, precision: 'float32' })
  })

  afterAll(async () => {
    await active.dispose()
  })

  function pixelsOf(golden: EvalGolden, step: number, images: number): tf.Tensor4D {
    return tf.tensor4d(drawGoldenPixels(golden, step, images), [images, golden.sidePx, golden.sidePx, 3])
  }

  // Where a processor plays the graphics card the others would take minutes.
  const architectures = isSoftware(device) ? (['resnet18'] as const) : (['resnet18', 'resnet34', 'resnet50'] as const)
  describe.each(architectures)('%s', (architecture) => {
    test('gives the logits of PyTorch in evaluation', async () => {
      const golden = await readEvalGolden(architecture)
      const network = buildResnet(architecture, golden.classCount)
      const parameters = createParameters(network, { weights: drawGoldenWeights(network, golden.seed), seed: 0 })
      const pixels = pixelsOf(golden, 0, 2)
      const logits = forwardInfer(network, parameters, pixels)
      expect(relativeError(await logits.data(), golden.evalLogits.flat())).toBeLessThan(2e-5)
      tf.dispose([logits, pixels])
      disposeParameters(parameters)
    })
  })

  describe('three steps of resnet18', () => {
    const step = { momentum: 0, weightDecay: 0, headLearningRateMultiplier: 1, trainableFrom: 'stem' } as const

    async function trainAsGolden() {
      const golden = await readTrainGolden('resnet18')
      const network = buildResnet('resnet18', golden.classCount)
      const start = drawGoldenWeights(network, golden.seed)
      const parameters = createParameters(network, { weights: start, seed: 0 })
      const optimizer = createOptimizer(network, parameters, {
        ...step,
        momentum: golden.momentum,
        weightDecay: golden.weightDecay,
        headLearningRateMultiplier: golden.headMultiplier,
      })
      const losses: number[] = []
      const firstGradients = new Map<string, Float32Array>()
      for (let index = 0; index < golden.steps; index += 1) {
        const { loss, gradients } = takeGradients(golden, parameters, index)
        losses.push(((await loss.data()) as Float32Array)[0] as number)
        if (index === 0) {
          for (const spec of trainableSpecs(network, 'stem')) {
            const inside = await (gradients.get(spec.name) as tf.Tensor).data<'float32'>()
            firstGradients.set(spec.name, toTorchLayout(spec, inside).values)
          }
        }
        optimizer.update(gradients, { learningRate: golden.learningRate, gradientScale: 1 })
        tf.dispose([loss, ...gradients.values()])
      }
      const end = await readWeightMap(network, parameters)
      optimizer.dispose()
      disposeParameters(parameters)
      const names = parameterSpecs(network).map((spec) => spec.name)
      return { golden, start, end, losses, firstGradients, options: { seed: golden.seed, limit: tolerance, names } }
    }

    let trained: Awaited<ReturnType<typeof trainAsGolden>>
    beforeAll(async () => {
      const tensorsBefore = tf.memory().numTensors
      trained = await trainAsGolden()
      expect(tf.memory().numTensors).toBe(tensorsBefore)
    })

    function takeGradients(golden: EvalGolden, parameters: Parameters, index: number) {
      const network = buildResnet('resnet18', golden.classCount)
      const specs = trainableSpecs(network, 'stem')
      const { value, grads } = tf.tidy(() =>
        tf.variableGrads(
          () => {
            const x = pixelsOf(golden, index, golden.batchSize)
            const { logits, statistics } = forwardTrain(network, parameters, x, { trainableFrom: 'stem' })
            applyStatistics(parameters, statistics)
            const labels = tf.oneHot(tf.tensor1d(goldenLabels(golden, index), 'int32'), golden.classCount)
            const terms = tf.mul(tf.logSoftmax(logits), tf.cast(labels, 'float32'))
            return tf.neg(tf.div(tf.sum(terms), golden.batchSize))
          },
          specs.map((spec) => parameterOf(parameters, spec.name)),
        ),
      )
      const gradients = new Map(
        specs.map((spec) => [spec.name, grads[parameterOf(parameters, spec.name).name] as tf.Tensor]),
      )
      return { loss: value, gradients }
    }

    /** The parameters that lie further from the summary than `limit`, and the largest error. */
    function compare(
      computed: ReadonlyMap<string, Float32Array>,
      expected: Readonly<Record<string, Summary>>,
      { seed, limit, names }: { seed: number; limit: number; names: readonly string[] },
    ): { off: string[]; largest: number } {
      expect([...computed.keys()].sort()).toEqual(Object.keys(expected).sort())
      const errors = [...computed].map(([name, values]) => {
        const error = estimateRelativeError(values, expected[name] as Summary, [seed, names.indexOf(name)])
        return { name, error }
      })
      const off = errors.filter(({ error }) => !(error <= limit)).map(({ name, error }) => `${name}: ${error}`)
      return { off, largest: Math.max(...errors.map(({ error }) => error)) }
    }

    function valuesOf(weights: WeightMap): Map<string, Float32Array> {
      return new Map([...weights].map(([name, { values }]) => [name, values]))
    }

    test('give the losses and gradients of PyTorch', async () => {
      const { golden, losses, firstGradients, options } = trained
      const gradients = compare(firstGradients, golden.gradients, options)
      const loss = relativeError(losses, golden.losses)
      console.log('largest relative L2 error:', { loss, gradients: gradients.largest })
      expect(loss).toBeLessThan(1e-5)
      expect(gradients.off).toEqual([])
    })

    test('give the parameters and running statistics of PyTorch', async () => {
      const { golden, start, end, options } = trained
      const changes = new Map(
        [...end].map(([name, { values }]) => {
          const from = start.get(name)?.values
          return [name, values.map((value, index) => value - (from?.[index] ?? NaN))]
        }),
      )
      const parameters = compare(valuesOf(end), golden.end, options)
      // What changed is small beside the parameters and has their float32 rounding in it.
      const changed = compare(changes, golden.changes, { ...options, limit: 5e-4 })
      console.log('largest relative L2 error:', { parameters: parameters.largest, changes: changed.largest })
      expect(parameters.off).toEqual([])
      expect(changed.off).toEqual([])
    })
  })
})
