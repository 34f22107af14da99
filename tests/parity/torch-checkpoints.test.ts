import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { chooseDevice } from '../../src/trainer/devices/table.ts'
import { forwardInfer, forwardTrain } from '../../src/trainer/network/forward.ts'
import { toTorchLayout } from '../../src/trainer/network/layout.ts'
import { trainableSpecs } from '../../src/trainer/network/parameter-specs.ts'
import { createParameters, disposeParameters, parameterOf } from '../../src/trainer/network/parameters.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'
import { crossEntropySum, targetsOf } from '../../src/trainer/steps/loss.ts'
import { readForeignWeights } from '../../src/trainer/weights/foreign-weights.ts'
import { recogniseArchitecture } from '../../src/trainer/weights/recognise-architecture.ts'
import { relativeError } from '../support/golden.ts'

const python = '/usr/bin/python3'
const hasTorch = spawnSync(python, ['-c', 'import torch, torchvision']).status === 0
if (!hasTorch) console.log(`skipped: ${python} has no torch and torchvision to write checkpoints and to compare with`)

const Tensors = z.array(z.object({ name: z.string(), shape: z.array(z.int()) }))
const Written = z.object({
  cases: z.array(z.object({ name: z.string(), tensors: Tensors })),
  logits: z.array(z.array(z.number())),
  frozenLogits: z.array(z.array(z.number())),
  labels: z.array(z.int()),
  gradients: Tensors,
})

const folder = mkdtempSync(join(tmpdir(), 'athanor-checkpoints-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function writeCheckpoints(): z.infer<typeof Written> {
  const peer = spawnSync(python, ['-B', join(import.meta.dirname, 'torch-checkpoints.py'), folder])
  if (peer.status !== 0) throw new Error(peer.stderr.toString())
  return Written.parse(JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')))
}

/** The float32 arrays that the file holds one after another. */
function readArrays(file: string, tensors: z.infer<typeof Tensors>): Map<string, Float32Array> {
  const all = new Float32Array(Uint8Array.from(readFileSync(join(folder, file))).buffer)
  let start = 0
  return new Map(
    tensors.map(({ name, shape }) => {
      const end = start + shape.reduce((product, size) => product * size, 1)
      const values = all.subarray(start, end)
      start = end
      return [name, values]
    }),
  )
}

describe.skipIf(!hasTorch)('checkpoints that PyTorch writes here', () => {
  let written: z.infer<typeof Written>
  let device: ActiveDevice
  beforeAll(async () => {
    written = writeCheckpoints()
    device = (await chooseDevice('wasm', { threads: null, precision: null })).active
  })
  afterAll(() => device.dispose())

  test('are read bit by bit', async () => {
    for (const { name, tensors } of written.cases) {
      const { weights } = await readForeignWeights(join(folder, `${name}.pth`))
      const expected = readArrays(`${name}.bin`, tensors)
      expect([...weights.keys()], name).toEqual([...expected.keys()])
      for (const { name: tensor, shape } of tensors) {
        const [ours, theirs] = [weights.get(tensor), expected.get(tensor)]
        expect(ours?.shape, `${name}: ${tensor}`).toEqual(shape)
        const bits = (values: Float32Array | undefined): Uint32Array =>
          Uint32Array.from(new Uint32Array(Float32Array.from(values ?? []).buffer))
        expect(
          Buffer.compare(Buffer.from(bits(ours?.values).buffer), Buffer.from(bits(theirs).buffer)),
          `${name}: ${tensor}`,
        ).toBe(0)
      }
    }
    console.log(`${written.cases.length} checkpoints, every tensor equal to the bit`)
    expect(written.cases.length).toBeGreaterThan(25)
  })

  test('compute what they compute there, at 224 and with lower stages frozen', async () => {
    const { weights } = await readForeignWeights(join(folder, 'network.pth'))
    const recognised = recogniseArchitecture(weights, 'network.pth')
    expect(recognised.architecture).toBe('resnet18')
    const network = buildResnet('resnet18', 7)
    const parameters = createParameters(network, { weights: recognised.weights, seed: 0 })
    const pixels = readArrays('pixels.bin', [{ name: 'pixels', shape: [2, 224, 224, 3] }]).get('pixels') as Float32Array
    const x = tf.tensor4d(pixels, [2, 224, 224, 3])
    const logits = forwardInfer(network, parameters, x)
    const evaluation = relativeError(await logits.data(), written.logits.flat())

    const specs = trainableSpecs(network, 'layer3')
    const classWeights = Array.from({ length: 7 }, () => 1)
    const targets = tf.tensor2d(targetsOf(written.labels, { classWeights, labelSmoothing: 0 }), [2, 7])
    let frozen: tf.Tensor | null = null
    const { value, grads } = tf.tidy(() =>
      tf.variableGrads(
        () => {
          const output = forwardTrain(network, parameters, x, { trainableFrom: 'layer3' })
          frozen = tf.keep(output.logits)
          return crossEntropySum(output.logits, targets)
        },
        specs.map(({ name }) => parameterOf(parameters, name)),
      ),
    )
    const training = relativeError(await (frozen as unknown as tf.Tensor).data(), written.frozenLogits.flat())
    const expected = readArrays('gradients.bin', written.gradients)
    expect(specs.map(({ name }) => name).sort()).toEqual([...expected.keys()].sort())
    const errors: number[] = []
    for (const spec of specs) {
      const inside = await (grads[parameterOf(parameters, spec.name).name] as tf.Tensor).data<'float32'>()
      errors.push(relativeError(toTorchLayout(spec, inside).values, expected.get(spec.name) as Float32Array))
    }
    console.log('relative L2 error at 224:', { evaluation, training, gradients: Math.max(...errors) })
    expect(evaluation).toBeLessThan(1e-4)
    expect(training).toBeLessThan(1e-4)
    // The seed of the pixels is one where rounding decides no ReLU's sign, which would change gradients by a percent.
    expect(Math.max(...errors)).toBeLessThan(1e-4)
    tf.dispose([x, targets, logits, value, grads, frozen as unknown as tf.Tensor])
    disposeParameters(parameters)
  })
})
