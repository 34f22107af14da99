import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { batchNormTrain } from '../../src/trainer/network/batch-norm.ts'
import { forwardInfer, forwardTrain } from '../../src/trainer/network/forward.ts'
import { fuse } from '../../src/trainer/network/fusion.ts'
import type { Network } from '../../src/trainer/network/graph.ts'
import { stages } from '../../src/trainer/network/graph.ts'
import { toInsideLayout, toTorchLayout } from '../../src/trainer/network/layout.ts'
import { parameterSpecs, trainableSpecs } from '../../src/trainer/network/parameter-specs.ts'
import {
  createParameters,
  disposeParameters,
  parameterOf,
  readWeightMap,
  writeParameters,
} from '../../src/trainer/network/parameters.ts'
import type { Parameters } from '../../src/trainer/network/parameters.ts'
import { buildResnet, stageInput } from '../../src/trainer/network/resnet.ts'
import { usePlainBackend } from '../support/plain-backend.ts'

beforeAll(usePlainBackend)

let tensorsBefore = 0
beforeEach(() => {
  tensorsBefore = tf.memory().numTensors
})
afterEach(() => {
  expect(tf.memory().numTensors, 'tensors left behind').toBe(tensorsBefore)
})

/** Every kind of node, small enough for the plain backend: one residual block with a shortcut, after the stem. */
function tinyNetwork(classCount = 3): Network {
  const conv = { kernelPx: 3, paddingPx: 1 } as const
  const norm = { epsilon: 1e-5, momentum: 0.1 } as const
  return {
    architecture: 'resnet18',
    classCount,
    output: 'fc',
    nodes: [
      {
        kind: 'conv',
        id: 'c1',
        name: 'c1',
        input: 'input',
        stage: 'stem',
        inChannels: 3,
        outChannels: 4,
        stride: 2,
        ...conv,
      },
      { kind: 'batchNorm', id: 'b1', name: 'b1', input: 'c1', stage: 'stem', channels: 4, ...norm },
      { kind: 'relu', id: 'r1', input: 'b1', stage: 'stem' },
      { kind: 'maxPool', id: 'm', input: 'r1', stage: 'stem', kernelPx: 3, stride: 2, paddingPx: 1 },
      {
        kind: 'conv',
        id: 'c2',
        name: 'c2',
        input: 'm',
        stage: 'layer1',
        inChannels: 4,
        outChannels: 4,
        stride: 1,
        ...conv,
      },
      { kind: 'batchNorm', id: 'b2', name: 'b2', input: 'c2', stage: 'layer1', channels: 4, ...norm },
      { kind: 'add', id: 'a', inputs: ['b2', 'm'], stage: 'layer1' },
      { kind: 'relu', id: 'r2', input: 'a', stage: 'layer1' },
      { kind: 'globalAveragePool', id: 'g', input: 'r2', stage: 'layer1' },
      { kind: 'dense', id: 'fc', name: 'fc', input: 'g', stage: 'head', inFeatures: 4, outFeatures: classCount },
    ],
  }
}

function pixels(count: number, sidePx = 12): tf.Tensor4D {
  const length = count * sidePx * sidePx * 3
  return tf.tensor4d(
    Float32Array.from({ length }, (_, index) => Math.sin(index * 1.7)),
    [count, sidePx, sidePx, 3],
  )
}

describe('the graph', () => {
  test.each([
    ['resnet18', 102, 11_689_512],
    ['resnet34', 182, 21_797_672],
    ['resnet50', 267, 25_557_032],
  ] as const)('%s has the parameters of torchvision', (architecture, arrays, trainable) => {
    const specs = parameterSpecs(buildResnet(architecture, 1000))
    const counts = specs.map(({ role, shape }) => (role === 'trainable' ? shape.reduce((a, b) => a * b, 1) : 0))
    expect([specs.length, counts.reduce((a, b) => a + b, 0)]).toEqual([arrays, trainable])
    expect(new Set(specs.map(({ name }) => name)).size).toBe(arrays)
  })

  test('each node comes after its inputs, and ids are unique', () => {
    const seen = new Set(['input'])
    for (const node of buildResnet('resnet50', 2).nodes) {
      for (const input of node.kind === 'add' ? node.inputs : [node.input]) expect(seen).toContain(input)
      expect(seen).not.toContain(node.id)
      seen.add(node.id)
    }
  })

  test('stages begin where activations can be cached', () => {
    const network = buildResnet('resnet18', 2)
    expect(stages.map((stage) => stageInput(network, stage))).toEqual([
      'input',
      'maxpool',
      'layer1.1.relu',
      'layer2.1.relu',
      'layer3.1.relu',
      'avgpool',
    ])
  })

  test('nodes join only where nobody else needs what lies between', () => {
    const { nodes } = tinyNetwork()
    const plan = (foldNorms: boolean): string[] =>
      fuse(nodes, { foldNorms }).map(({ node, norm, residual, relu, output }) =>
        [node.id, norm?.id, residual && `+ ${residual}`, relu ? 'relu' : null, `-> ${output}`]
          .filter(Boolean)
          .join(' '),
      )
    expect(plan(true)).toEqual(['c1 b1 relu -> r1', 'm -> m', 'c2 b2 + m relu -> r2', 'g -> g', 'fc -> fc'])
    expect(plan(false)).toEqual([
      ...['c1 -> c1', 'b1 relu -> r1', 'm -> m', 'c2 -> c2', 'b2 -> b2', 'a relu -> r2', 'g -> g', 'fc -> fc'],
    ])
    const [c1, b1, r1] = nodes as [Network['nodes'][0], Network['nodes'][0], Network['nodes'][0]]
    const twice: Network['nodes'] = [c1, b1, r1, { kind: 'add', id: 'x', inputs: ['b1', 'r1'], stage: 'stem' }]
    expect(fuse(twice, { foldNorms: true }).map(({ output }) => output)).toEqual(['b1', 'r1', 'x'])
  })
})

describe('parameters', () => {
  const network = tinyNetwork()

  test('layouts convert there and back', () => {
    for (const spec of parameterSpecs(network)) {
      const values = Float32Array.from({ length: spec.shape.reduce((a, b) => a * b, 1) }, (_, index) => index)
      const inside = toInsideLayout(spec, values)
      expect(toTorchLayout(spec, inside.values)).toEqual({ shape: [...spec.shape], values })
    }
    const filter = { name: 'f', shape: [2, 3, 1, 2], role: 'trainable', layout: 'conv', stage: 'stem' } as const
    const { shape, values } = toInsideLayout(
      filter,
      Float32Array.from({ length: 12 }, (_, index) => index),
    )
    expect([shape, [...values]]).toEqual([
      [1, 2, 3, 2],
      [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11],
    ])
  })

  test('the same seed gives the same start, another seed another', async () => {
    const starts = [1, 1, 2].map((seed) => createParameters(network, { weights: null, seed }))
    const [first, same, other] = await Promise.all(starts.map((parameters) => readWeightMap(network, parameters)))
    expect([...(first ?? [])]).toEqual([...(same ?? [])])
    expect(first?.get('c1.weight')).not.toEqual(other?.get('c1.weight'))
    starts.forEach(disposeParameters)
  })

  test('a random start has the spread that torch gives it', async () => {
    const resnet = buildResnet('resnet18', 10)
    const parameters = createParameters(resnet, { weights: null, seed: 5 })
    const weights = await readWeightMap(resnet, parameters)
    const deviation = (name: string): number => {
      const values = weights.get(name)?.values ?? new Float32Array()
      return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
    }
    expect(deviation('layer4.1.conv2.weight') / Math.sqrt(2 / (512 * 9))).toBeCloseTo(1, 2)
    expect(deviation('conv1.weight') / Math.sqrt(2 / (64 * 49))).toBeCloseTo(1, 1)
    expect(deviation('fc.weight') / (1 / Math.sqrt(512 * 3))).toBeCloseTo(1, 1)
    expect(weights.get('bn1.weight')?.values).toEqual(new Float32Array(64).fill(1))
    expect(weights.get('bn1.running_mean')?.values).toEqual(new Float32Array(64))
    expect(weights.get('bn1.running_var')?.values).toEqual(new Float32Array(64).fill(1))
    disposeParameters(parameters)
  })

  test('a new head replaces one of any number of classes and leaves the rest', async () => {
    const first = createParameters(tinyNetwork(7), { weights: null, seed: 1 })
    const weights = await readWeightMap(tinyNetwork(7), first)
    const second = createParameters(network, { weights, seed: 1, newHead: true })
    const result = await readWeightMap(network, second)
    expect(result.get('c2.weight')).toEqual(weights.get('c2.weight'))
    const head = result.get('fc.weight')
    expect(head?.shape).toEqual([3, 4])
    const bound = Math.sqrt(6 / (4 + 3))
    expect(head?.values.every((value) => Math.abs(value) <= bound && value !== 0)).toBe(true)
    expect(result.get('fc.bias')?.values.every((value) => Math.abs(value) <= 0.5)).toBe(true)
    disposeParameters(first)
    disposeParameters(second)
  })

  test('weights that do not fit are refused by name', async () => {
    const parameters = createParameters(network, { weights: null, seed: 1 })
    const good = await readWeightMap(network, parameters)
    const bad = new Map([...good].filter(([name]) => name !== 'c1.weight'))
    bad.set('extra', { shape: [1], values: Float32Array.of(1) })
    bad.set('b1.bias', { shape: [5], values: new Float32Array(5) })
    bad.set('b1.num_batches_tracked', { shape: [], values: Float32Array.of(9) })
    expect(() => createParameters(network, { weights: bad, seed: 1 })).toThrow(
      'The weights do not fit the network. missing: c1.weight; unexpected: extra; shapes: b1.bias is [5] instead of [4].',
    )
    expect(() => createParameters(tinyNetwork(9), { weights: good, seed: 1 })).toThrow(
      'fc.weight is [3, 4] instead of [9, 4]',
    )
    disposeParameters(parameters)
  })

  test('what was read can be put back', async () => {
    const parameters = createParameters(network, { weights: null, seed: 1 })
    const other = createParameters(network, { weights: null, seed: 2 })
    const kept = await readWeightMap(network, parameters)
    writeParameters(network, other, kept)
    expect([...(await readWeightMap(network, other))]).toEqual([...kept])
    disposeParameters(parameters)
    disposeParameters(other)
  })
})

describe('forward', () => {
  const network = tinyNetwork()
  let parameters: Parameters

  beforeEach(() => {
    parameters = createParameters(network, { weights: null, seed: 3 })
  })
  afterEach(() => {
    disposeParameters(parameters)
  })

  test('cached activations give the same logits as the whole way', async () => {
    const x = pixels(2)
    const whole = forwardInfer(network, parameters, x)
    for (const node of ['m', 'r2', 'g']) {
      const cached = forwardInfer(network, parameters, x, { until: node })
      const logits = forwardInfer(network, parameters, cached, { from: node })
      expect(await logits.data()).toEqual(await whole.data())
      tf.dispose([cached, logits])
    }
    tf.dispose([x, whole])
  })

  test('folding, fusing and padding agree with the plain operations', async () => {
    const x = pixels(2)
    const parameter = (name: string): tf.Tensor => parameterOf(parameters, name)
    tf.tidy(() => parameterOf(parameters, 'b1.running_mean').assign(tf.tensor1d([0.1, -0.2, 0.3, 0])))
    const plain = tf.tidy(() => {
      const conv = (input: tf.Tensor, name: string, stride: number): tf.Tensor =>
        tf.conv2d(
          tf.pad(input as tf.Tensor4D, [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ]),
          parameter(`${name}.weight`) as tf.Tensor4D,
          stride,
          'valid',
        )
      const norm = (input: tf.Tensor, name: string): tf.Tensor => {
        const centred = tf.sub(input, parameter(`${name}.running_mean`))
        const scaled = tf.div(centred, tf.sqrt(tf.add(parameter(`${name}.running_var`), 1e-5)))
        return tf.add(tf.mul(scaled, parameter(`${name}.weight`)), parameter(`${name}.bias`))
      }
      const stem = tf.relu(norm(conv(x, 'c1', 2), 'b1'))
      const padded = tf.pad(
        stem as tf.Tensor4D,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        -1e30,
      )
      const pooled = tf.maxPool(padded, 3, 2, 'valid')
      const block = tf.relu(tf.add(norm(conv(pooled, 'c2', 1), 'b2'), pooled))
      return tf.add(tf.matMul(tf.mean(block, [1, 2]), parameter('fc.weight')), parameter('fc.bias'))
    })
    const logits = forwardInfer(network, parameters, x)
    const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(logits, plain))))
    expect(((await difference.data()) as Float32Array)[0]).toBeLessThan(1e-6)
    tf.dispose([x, plain, logits, difference])
  })

  test('gradients agree with finite differences through every kind of node', async () => {
    const x = pixels(3)
    const variables = trainableSpecs(network, 'stem').map(({ name }) => parameterOf(parameters, name))
    const target = tf.tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3])
    const loss = (): tf.Scalar => {
      const { logits } = forwardTrain(network, parameters, x, { trainableFrom: 'stem' })
      return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), target)))
    }
    const { value, grads } = tf.tidy(() => tf.variableGrads(loss, variables))
    for (const variable of variables) {
      const start = Float32Array.from(variable.dataSync())
      const gradient = (await grads[variable.name]?.data()) as Float32Array
      // Along the gradient the loss rises by its squared length: all numbers of the parameter are tested at once.
      const square = gradient.reduce((sum, g) => sum + g * g, 0)
      const step = 1e-3 / Math.sqrt(square)
      const lossAt = (sign: number): number =>
        tf.tidy(() => {
          variable.assign(
            tf.tensor(
              start.map((v, i) => v + sign * step * (gradient[i] as number)),
              variable.shape,
            ),
          )
          return loss().dataSync()[0] as number
        })
      const slope = (lossAt(1) - lossAt(-1)) / (2 * step)
      tf.tidy(() => variable.assign(tf.tensor(start, variable.shape)))
      expect(slope / square).toBeCloseTo(1, 1)
    }
    tf.dispose([x, target, value, grads])
  })

  test('frozen stages get no gradients and move no statistics, from pixels and from cached activations alike', async () => {
    const x = pixels(2)
    const cached = forwardInfer(network, parameters, x, { until: 'm' })
    const run = (input: tf.Tensor, from?: string) => {
      const names: string[] = []
      const { value, grads } = tf.tidy(() =>
        tf.variableGrads(
          () => {
            const options = from === undefined ? {} : { from }
            const output = forwardTrain(network, parameters, input, { trainableFrom: 'layer1', ...options })
            names.push(...output.statistics.map(({ name }) => name))
            return tf.sum(tf.square(output.logits))
          },
          trainableSpecs(network, 'layer1').map(({ name }) => parameterOf(parameters, name)),
        ),
      )
      return { value, grads, names }
    }
    const [fromPixels, fromCache] = [run(x), run(cached, 'm')]
    expect(fromPixels.names).toEqual(['b2.running_mean', 'b2.running_var'])
    expect(Object.keys(fromPixels.grads)).toHaveLength(5)
    for (const [name, gradient] of Object.entries(fromPixels.grads)) {
      expect(await gradient.data()).toEqual(await fromCache.grads[name]?.data())
    }
    tf.dispose([x, cached, fromPixels.value, fromPixels.grads, fromCache.value, fromCache.grads])
  })

  test('one value per channel cannot be normalised', () => {
    const x = tf.ones([1, 1, 1, 4])
    const lonely: Network = { ...network, nodes: network.nodes.slice(5, 6), output: 'b2' }
    const nodes = lonely.nodes.map((node) => ({ ...node, input: 'input' }) as Network['nodes'][0])
    expect(() => forwardTrain({ ...lonely, nodes }, parameters, x, { trainableFrom: 'layer1' })).toThrow(
      'Batch normalisation of b2 needs more than one value per channel',
    )
    x.dispose()
  })
})

test('batch normalisation has the statistics and the output of its definition', async () => {
  const x = tf.tensor4d([1, 10, 2, 20, 3, 30, 6, 60], [2, 1, 2, 2])
  const outputs = tf.tidy(() => {
    const { y, mean, biasedVariance } = batchNormTrain(
      { x, gamma: tf.tensor1d([1, 2]), beta: tf.tensor1d([0, -1]) },
      { epsilon: 0, relu: true },
    )
    return [y, mean, biasedVariance]
  })
  const [y, mean, variance] = await Promise.all(outputs.map((tensor) => tensor.data()))
  expect([...(mean ?? [])]).toEqual([3, 30])
  expect([...(variance ?? [])]).toEqual([3.5, 350])
  const last = 3 / Math.sqrt(3.5)
  expect([...(y ?? [])].map((value) => Number(value.toFixed(5)))).toEqual(
    [0, 0, 0, 0, 0, 0, last, 2 * last - 1].map((value) => Number(value.toFixed(5))),
  )
  tf.dispose([x, ...outputs])
})
