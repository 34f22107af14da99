import { copyFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSource } from '../../../src/imaging/read-source.ts'
import { keepPixels } from '../../../src/trainer/evaluation/keep-pixels.ts'
import { readPixels } from '../../../src/trainer/evaluation/read-pixels.ts'
import { sourceFolder } from '../../support/pictures/golden-images.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const preprocessing = { resizePx: 40, cropPx: 32 }
const bytesPerImage = 32 * 32 * 3

async function copyOfPhoto(name: string) {
  const file = join(temporaryFolder(), name)
  await copyFile(join(sourceFolder, 'photo-444.jpg'), file)
  return { file, contentHash: (await readSource(file)).contentHash }
}

describe('pixels of validation images', () => {
  test('are kept, and not once their file has changed or gone', async () => {
    const item = await copyOfPhoto('photo.jpg')
    const read = keepPixels(preprocessing, bytesPerImage)
    const fromFile = await readPixels(item, preprocessing)
    const first = await read(item)
    expect(first).toEqual(fromFile)
    expect((await read(item)).values).toBe(first.values)
    // The same bytes again, at another time: read anew, and kept anew.
    await utimes(item.file, 1, 1)
    const second = await read(item)
    expect(second.values).not.toBe(first.values)
    expect(second).toEqual(fromFile)
    expect((await read(item)).values).toBe(second.values)
    expect(await read({ ...item, contentHash: '0'.repeat(64) })).toMatchObject({ problem: { kind: 'changed' } })
    await writeFile(item.file, 'something else')
    expect(await read(item)).toMatchObject({ values: null, problem: { kind: 'changed' } })
    await rm(item.file)
    expect(await read(item)).toMatchObject({ values: null, problem: { kind: 'missing' } })
  })

  test('take no more room than there is', async () => {
    const [one, two] = [await copyOfPhoto('one.jpg'), await copyOfPhoto('two.jpg')]
    const read = keepPixels(preprocessing, 2 * bytesPerImage - 1)
    const readAll = async () => [await read(one), await read(two)]
    const first = await readAll()
    const second = await readAll()
    expect(second).toEqual(first)
    expect(second.map(({ values }, at) => values === first[at]?.values)).toEqual([true, false])
  })
})
