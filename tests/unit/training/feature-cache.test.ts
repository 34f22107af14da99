import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFeatureCache } from '../../../src/trainer/steps/feature-cache.ts'

const width = 3
const hashOf = (digit: number) => digit.toString(16).repeat(64)
const featureOf = (digit: number) => Float32Array.from([digit, -digit, digit / 7])

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-features-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function store(digits: readonly number[], { key = 'a', writer = 'run-1' } = {}): Promise<void> {
  const cache = await openFeatureCache(folder, { key, width, writer })
  await cache.add(new Map(digits.map((digit) => [hashOf(digit), featureOf(digit)])))
  await cache.close()
}

async function stored(key = 'a'): Promise<number[]> {
  const cache = await openFeatureCache(folder, { key, width, writer: 'reader' })
  const found = Array.from({ length: 16 }, (_, digit) => digit).filter((digit) => {
    const feature = cache.get(hashOf(digit))
    if (feature) expect(feature).toEqual(featureOf(digit))
    return feature !== undefined
  })
  await cache.close()
  return found
}

async function segments(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => name.endsWith('.features')).map((name) => join(folder, name))
}

test('features are found again, those of every writer, and only under their own key', async () => {
  await store([1, 2])
  await store([3])
  await store([4], { writer: 'run-2' })
  await store([9], { key: 'b' })
  expect(await stored()).toEqual([1, 2, 3, 4])
  expect(await stored('b')).toEqual([9])
  expect(await segments()).toHaveLength(4)
})

test('what a crash cut off is left aside, at every length', async () => {
  await store([1, 2])
  const [file = ''] = await segments()
  const whole = await readFile(file)
  const recordBytes = whole.length / 2
  for (let length = 0; length <= whole.length; length += 1) {
    await writeFile(file, whole)
    await truncate(file, length)
    expect(await stored()).toEqual([1, 2].slice(0, Math.floor(length / recordBytes)))
  }
})

test('a record with a flipped bit is left aside, and the others stay', async () => {
  await store([1, 2, 3])
  const [file = ''] = await segments()
  const bytes = await readFile(file)
  bytes[bytes.length / 3 + 40] = (bytes[bytes.length / 3 + 40] ?? 0) ^ 1
  await writeFile(file, bytes)
  expect(await stored()).toEqual([1, 3])
  await appendFile(file, Buffer.from('garbage'))
  expect(await stored()).toEqual([1, 3])
})
