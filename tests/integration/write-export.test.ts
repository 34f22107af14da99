import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import type { Export } from '../../src/shared/domain/export.ts'
import { ModelId } from '../../src/shared/domain/ids.ts'
import { isAppError } from '../../src/shared/errors.ts'
import type { Reference } from '../../src/trainer/exporters/reference.ts'
import { writeExport } from '../../src/trainer/exporters/write-export.ts'
import { exportModel } from '../../src/trainer/export.ts'
import { loadModel } from '../../src/trainer/load-model.ts'
import { createRandomModel, smallPreprocessing } from '../support/random-model.ts'
import { writeVariedImages } from '../support/varied-images.ts'

const modelId = ModelId.parse('model-1')
let folder: string
let imageFolder: string
let modelFolder: string
let destination: string
let entries: readonly DatasetEntry[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-export-'))
  imageFolder = join(folder, 'images')
  modelFolder = join(folder, 'model')
  await mkdir(imageFolder)
  entries = (await writeVariedImages(imageFolder, 2)).slice(0, 3)
  await createRandomModel({
    folder: modelFolder,
    classes: ['a', 'b'],
    preprocessing: smallPreprocessing,
    imageFolder,
    entries,
  })
})
beforeEach(async () => {
  destination = await mkdtemp(join(folder, 'to-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A trainer that is always sure of the second class. */
const wrongReference: Reference = { preprocessing: smallPreprocessing, probabilitiesOf: async () => [0.01, 0.99] }

async function writeWith(reference: Reference, signal: AbortSignal): Promise<Export | undefined> {
  const items = entries.map(({ path, contentHash }) => ({ file: join(imageFolder, path), contentHash }))
  const options = { modelId, format: 'onnx', destination, overwrite: true, items, entries, signal } as const
  let exported: Export | undefined
  for await (const event of writeExport(await loadModel(modelFolder), reference, options)) {
    if (event.kind === 'exported') exported = event.export
  }
  return exported
}

function exportTo(overrides: Partial<Parameters<typeof exportModel>[0]>, signal = new AbortController().signal) {
  const input: Parameters<typeof exportModel>[0] = {
    modelFolder,
    device: 'wasm',
    modelId,
    formats: ['onnx'],
    destination,
    overwrite: false,
    imageFolder,
    entries: [...entries],
    verifyCount: 2,
    ...overrides,
  }
  return exportModel(input, { signal })
}

async function codeOf(events: AsyncIterable<unknown>): Promise<string> {
  try {
    for await (const _ of events);
    return 'none'
  } catch (error) {
    return isAppError(error) ? error.code : String(error)
  }
}

describe('an export', () => {
  it('that does not agree with the trainer is kept apart and says so', async () => {
    const exported = await writeWith(wrongReference, new AbortController().signal)
    expect(exported?.parity.passed).toBe(false)
    expect(exported?.folder).toBe(join(destination, 'model-1-onnx-failed'))
    expect(await readdir(destination)).toEqual(['model-1-onnx-failed'])
    const card = await readFile(join(destination, 'model-1-onnx-failed', 'model-card.md'), 'utf8')
    expect(card).toContain('**It did not pass: do not use this export.**')
  })

  it('that is cancelled leaves nothing behind', async () => {
    const controller = new AbortController()
    const events = exportTo({ verifyCount: 3 }, controller.signal)
    const loop = async () => {
      for await (const event of events) if (event.kind === 'verifying') controller.abort()
    }
    await expect(loop()).rejects.toThrow()
    expect(await readdir(destination)).toEqual([])
  })

  it('that nobody waits for any more leaves nothing behind', async () => {
    for await (const event of exportTo({})) if (event.kind === 'verifying') break
    expect(await readdir(destination)).toEqual([])
  })

  it('does not take the place of another unless it may', async () => {
    await mkdir(join(destination, 'model-1-onnx'))
    expect(await codeOf(exportTo({}))).toBe('conflict')
    expect(await readdir(join(destination, 'model-1-onnx'))).toEqual([])
    expect(await codeOf(exportTo({ overwrite: true }))).toBe('none')
    expect(existsSync(join(destination, 'model-1-onnx', 'model.onnx'))).toBe(true)
    expect(await readdir(destination)).toEqual(['model-1-onnx'])
  })

  it('is refused where nothing can be compared, and goes on without what is gone', async () => {
    expect(await codeOf(exportTo({ imageFolder: join(folder, 'nowhere') }))).toBe('not-enough-data')
    expect(await codeOf(exportTo({ entries: [] }))).toBe('not-enough-data')
    expect(await readdir(destination)).toEqual([])
    const [first] = entries
    await unlink(join(imageFolder, first?.path ?? ''))
    const counts: number[] = []
    for await (const event of exportTo({ verifyCount: 3 })) {
      if (event.kind === 'exported') counts.push(event.export.parity.sameTensor.imageCount)
    }
    expect(counts).toEqual([2])
  })

  it('is refused under the name of another model', async () => {
    expect(await codeOf(exportTo({ modelId: ModelId.parse('model-2') }))).toBe('bad-file')
  })
})
