import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parameterSpecs } from '../../src/trainer/network/parameter-specs.ts'
import { buildResnet } from '../../src/trainer/network/resnet.ts'
import { addBackbone, loadBackbone } from '../../src/trainer/weights/backbone-store.ts'
import { writeSafetensors } from '../../src/trainer/weights/safetensors.ts'
import type { Weight } from '../../src/trainer/weights/weight-map.ts'
import { smallCheckpoint } from '../support/torch-file.ts'

let folder = ''
let storeFolder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-store-'))
  storeFolder = join(folder, 'store')
})
afterEach(() => rm(folder, { recursive: true }))

/** ResNet-18 with three classes, its parameters in reverse order. */
function someWeights(): Map<string, Weight> {
  const specs = parameterSpecs(buildResnet('resnet18', 3)).reverse()
  return new Map(
    specs.map(({ name, shape }, index) => {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(index / 100)
      return [name, { shape, values }]
    }),
  )
}

async function fileOf(weights: ReadonlyMap<string, Weight>): Promise<string> {
  const file = join(folder, 'mine.bin')
  await writeSafetensors(file, weights)
  return file
}

function add(file: string, overwrite = false) {
  return addBackbone({ file, storeFolder, name: 'mine', source: 'mine.bin', licence: 'own', overwrite })
}

test('a backbone is recognised, stored in order and given back', async () => {
  const weights = someWeights()
  weights.set('bn1.num_batches_tracked', { shape: [], values: Float32Array.of(1) })
  const card = await add(await fileOf(weights))
  expect(card).toMatchObject({ name: 'mine', architecture: 'resnet18', source: 'mine.bin', licence: 'own' })
  expect(card.parameterCount).toBe(11_176_512 + 3 * 513)
  expect((await readdir(storeFolder)).sort()).toEqual(['mine.json', 'mine.safetensors'])
  const back = await loadBackbone(storeFolder, 'mine')
  expect(back.card).toEqual(card)
  expect([...back.weights.keys()]).toEqual(parameterSpecs(buildResnet('resnet18', 3)).map(({ name }) => name))
  expect(back.weights.get('layer3.0.conv2.weight')).toEqual(weights.get('layer3.0.conv2.weight'))
})

test('a backbone without an output layer is one too', async () => {
  const weights = someWeights()
  weights.delete('fc.weight')
  weights.delete('fc.bias')
  expect((await add(await fileOf(weights))).parameterCount).toBe(11_176_512)
})

test('the card beside a file says at which sizes it sees best', async () => {
  const file = await fileOf(someWeights())
  const first = await add(file)
  expect(first.preprocessing.cropPx).toBe(224)
  const beside = join(folder, 'mine.json')
  const preprocessing = { ...first.preprocessing, resizePx: 146, cropPx: 128 }
  await writeFile(beside, JSON.stringify({ ...first, preprocessing, licence: 'MIT', source: 'a program' }))
  expect(await add(file, true)).toMatchObject({ preprocessing, licence: 'MIT', source: 'a program' })
  await writeFile(beside, JSON.stringify({ ...first, sha256: '0'.repeat(64), sourceSha256: '0'.repeat(64) }))
  await expect(add(file, true)).rejects.toThrow(/mine\.json is the card of other weights than mine\.bin/)
  await writeFile(beside, '{ "name": "anything else" }')
  expect((await add(file, true)).preprocessing.cropPx).toBe(224)
})

test('a name that is taken is not overwritten without being asked', async () => {
  const file = await fileOf(someWeights())
  const first = await add(file)
  await expect(add(file)).rejects.toMatchObject({ code: 'conflict' })
  expect((await add(file, true)).sha256).toBe(first.sha256)
})

test('what is missing, damaged or changed is said with the cure', async () => {
  await expect(loadBackbone(storeFolder, 'mine')).rejects.toMatchObject({ code: 'not-found' })
  await expect(loadBackbone(storeFolder, 'mine')).rejects.toThrow(/athanor backbone fetch mine.*athanor backbone add/)
  await expect(loadBackbone(storeFolder, '../mine')).rejects.toMatchObject({ code: 'bad-input' })
  await add(await fileOf(someWeights()))
  const stored = join(storeFolder, 'mine.safetensors')
  const content = await readFile(stored)
  content[content.length - 1] = 1
  await writeFile(stored, content)
  await expect(loadBackbone(storeFolder, 'mine')).rejects.toMatchObject({ code: 'checksum' })
  await rm(stored)
  await expect(loadBackbone(storeFolder, 'mine')).rejects.toMatchObject({ code: 'not-found' })
  await writeFile(join(storeFolder, 'mine.json'), '{}')
  await expect(loadBackbone(storeFolder, 'mine')).rejects.toMatchObject({ code: 'bad-file' })
})

test('weights of another network are refused with what does not fit, and leave nothing behind', async () => {
  const weights = someWeights()
  weights.delete('layer4.1.bn2.running_var')
  weights.set('layer4.1.se.weight', { shape: [1], values: Float32Array.of(1) })
  await expect(add(await fileOf(weights))).rejects.toThrow(
    /nearest is resnet18, but there is no layer4.1.bn2.running_var; an unknown layer4.1.se.weight/,
  )
  const checkpoint = join(folder, 'small.pth')
  await writeFile(checkpoint, smallCheckpoint())
  await expect(add(checkpoint)).rejects.toMatchObject({ code: 'bad-file' })
  await expect(add(join(folder, 'nothing.pth'))).rejects.toMatchObject({ code: 'not-found' })
  await expect(readdir(storeFolder)).rejects.toThrow()
})

test('weights that are not numbers are refused', async () => {
  const weights = someWeights()
  weights.get('conv1.weight')?.values.fill(NaN, 7, 8)
  await expect(add(await fileOf(weights))).rejects.toMatchObject({ code: 'not-finite' })
})
