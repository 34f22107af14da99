import { afterAll, beforeAll, expect, it } from 'vitest'
import { imagenetPreprocessing } from '../../src/shared/domain/backbone.ts'
import type { ActiveDevice } from '../../src/trainer/devices/device.ts'
import { wasmDevice } from '../../src/trainer/devices/wasm.ts'
import { forwardPixels, type Classifier } from '../../src/trainer/evaluation/classifier.ts'
import { gradCam } from '../../src/trainer/evaluation/grad-cam.ts'
import { createParameters, disposeParameters } from '../../src/trainer/network/parameters.ts'
import { placeholderWeights } from '../../src/trainer/network/placeholder-weights.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'

const cropPx = 64
const network = buildResnet('resnet18', 3)
const images = [1, 2].map((seed) =>
  Uint8Array.from({ length: cropPx ** 2 * 3 }, (_, index) => 128 + 100 * Math.sin(seed * index * index)),
)
const mirrored = images.map((image) =>
  image.map((_, index) => {
    const [pixel, channel] = [Math.floor(index / 3), index % 3]
    const column = pixel % cropPx
    return image[(pixel - column + (cropPx - 1 - column)) * 3 + channel] ?? 0
  }),
)

let device: ActiveDevice
let asIs: Classifier
let bothWays: Classifier
beforeAll(async () => {
  device = await wasmDevice.activate({ threads: 1, precision: 'float32' })
  const parameters = createParameters(network, { weights: placeholderWeights(network), seed: 0 })
  asIs = { network, parameters, preprocessing: { ...imagenetPreprocessing, resizePx: 73, cropPx } }
  bothWays = { ...asIs, preprocessing: { ...asIs.preprocessing, seesMirrored: true } }
})
afterAll(async () => {
  disposeParameters(asIs.parameters)
  await device.dispose()
})

it.each([
  ['logits', undefined],
  ['what the output layer sees', 'avgpool'],
])('%s of a network that sees both ways are the mean of either way', async (_, until) => {
  const options = { slots: 3, until }
  const { outputs, shape } = await forwardPixels(bothWays, images, options)
  const ways = await Promise.all([images, mirrored].map((one) => forwardPixels(asIs, one, options)))
  expect(outputs).toHaveLength(images.length)
  expect(shape).toEqual(ways[0]?.shape)
  outputs.forEach((values, image) => {
    const [one, other] = ways.map((way) => way.outputs[image] ?? new Float32Array())
    expect(one).not.toEqual(other)
    values.forEach((value, at) => expect(value).toBeCloseTo(((one?.[at] ?? NaN) + (other?.[at] ?? NaN)) / 2, 4))
  })
})

it('places are those of the picture as it is, with the opinion of both ways', async () => {
  const until = 'layer4.1.relu'
  const places = await forwardPixels(bothWays, images, { slots: 2, until })
  expect(places).toEqual(await forwardPixels(asIs, images, { slots: 2, until }))
  const [image] = images
  if (image === undefined) throw new Error('There is a picture.')
  const seen = await gradCam(bothWays, image, 1)
  expect(seen.rows).toEqual((await gradCam(asIs, image, 1)).rows)
  const { outputs } = await forwardPixels(bothWays, [image], { slots: 1 })
  expect(seen.logits).toEqual(outputs[0])
})
