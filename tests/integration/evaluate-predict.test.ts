import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EvaluateEvent, PredictEvent } from '../../src/shared/contract/models.ts'
import type { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { Evaluation } from '../../src/shared/domain/metrics.ts'
import { isAppError } from '../../src/shared/errors.ts'
import { evaluate } from '../../src/trainer/evaluate.ts'
import { loadModel } from '../../src/trainer/load-model.ts'
import { predict } from '../../src/trainer/predict.ts'
import { createRandomModel, smallPreprocessing } from '../support/random-model.ts'
import { writeVariedImages } from '../support/varied-images.ts'

const classes = ['left', 'right', 'both']
let folder: string
let imageFolder: string
let modelFolder: string
let entries: readonly DatasetEntry[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-evaluate-'))
  imageFolder = join(folder, 'images')
  modelFolder = join(folder, 'model')
  await mkdir(imageFolder)
  entries = await writeVariedImages(imageFolder, classes.length)
  await createRandomModel({ folder: modelFolder, classes, preprocessing: smallPreprocessing, imageFolder, entries })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type EvaluateJob = Parameters<typeof evaluate>[0]

const context = { signal: new AbortController().signal }

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    return isAppError(error) ? error.code : String(error)
  }
}

function evaluationIn(events: readonly EvaluateEvent[]): Evaluation {
  const last = events.at(-1)
  if (last?.kind !== 'finished') throw new Error('no evaluation')
  return Evaluation.parse(last.evaluation)
}

function predictionsIn(events: readonly PredictEvent[]) {
  return events.flatMap((event) => (event.kind === 'predictions' ? event.predictions : []))
}

describe('evaluate and predict', () => {
  it('agree with each other about every image', async () => {
    const job: EvaluateJob = { modelFolder, device: 'wasm', imageFolder, split: 'test', entries: [...entries] }
    const evaluation = evaluationIn(await collect(evaluate(job, context)))
    const files = entries.map(({ path }) => join(imageFolder, path))
    const predictions = predictionsIn(await collect(predict({ modelFolder, device: 'wasm', files }, context)))
    expect(predictions.map(({ path }) => path)).toEqual(files)
    const labels = entries.map(({ classIndex }) => classes[classIndex] ?? '')
    const correct = predictions.filter(({ predicted }, index) => predicted === labels[index]).length
    expect(evaluation).toMatchObject({ imageCount: entries.length, correctCount: correct, missing: [] })
    expect(evaluation.mistakes).toHaveLength(entries.length - correct)
    const losses = predictions.map(
      ({ probabilities }, index) => -Math.log(probabilities?.[entries[index]?.classIndex ?? 0] ?? 0),
    )
    expect(evaluation.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / losses.length, 5)
    // Not one class for everything: the model is made so that its outputs are spread.
    expect(new Set(predictions.map(({ predicted }) => predicted)).size).toBeGreaterThan(1)
  })

  it('keep no tensors', async () => {
    const { state } = tf.engine()
    const before = state.numTensors
    const files = Array.from({ length: 200 }, () => join(imageFolder, 'tiny.png'))
    const during: number[] = []
    for await (const { kind } of predict({ modelFolder, device: 'wasm', files }, context)) {
      if (kind === 'predictions') during.push(state.numTensors)
    }
    expect(during.length).toBeGreaterThan(2)
    expect(new Set(during).size).toBe(1)
    expect(state.numTensors).toBe(before)
  })

  it('list what is gone, changed or unreadable, and go on', async () => {
    const other = join(folder, 'other')
    await mkdir(other)
    for (const { path } of entries) await copyFile(join(imageFolder, path), join(other, path))
    await unlink(join(other, 'wide.jpg'))
    await appendFile(join(other, 'grey.png'), 'x')
    const job: EvaluateJob = { modelFolder, device: 'wasm', imageFolder: other, split: 'test', entries: [...entries] }
    const evaluation = evaluationIn(await collect(evaluate(job, context)))
    expect(evaluation.imageCount).toBe(entries.length - 2)
    expect(evaluation.missing.map(({ path }) => path)).toEqual(['wide.jpg', 'grey.png'])
    await writeFile(join(other, 'tiny.png'), 'not a picture')
    const files = ['large.jpg', 'wide.jpg', 'tiny.png'].map((name) => join(other, name))
    const predictions = predictionsIn(await collect(predict({ modelFolder, device: 'wasm', files }, context)))
    expect(predictions.map(({ predicted, error }) => [predicted === null, error === null])).toEqual([
      [false, true],
      [true, false],
      [true, false],
    ])
  })

  it('stop when asked to', async () => {
    const controller = new AbortController()
    const files = Array.from({ length: 500 }, () => join(imageFolder, 'large.jpg'))
    const events = predict({ modelFolder, device: 'wasm', files }, { signal: controller.signal })
    const startedAt = performance.now()
    const loop = async () => {
      for await (const event of events) if (event.kind === 'predictions') controller.abort()
    }
    await expect(loop()).rejects.toThrow()
    expect(performance.now() - startedAt).toBeLessThan(60_000)
  })

  it('say what is missing', async () => {
    const job: EvaluateJob = { modelFolder, device: 'wasm', imageFolder, split: 'validation', entries: [...entries] }
    expect(await codeOf(collect(evaluate(job, context)))).toBe('not-enough-data')
    const nowhere: EvaluateJob = { ...job, imageFolder: join(folder, 'nowhere'), split: 'test' }
    expect(await codeOf(collect(evaluate(nowhere, context)))).toBe('not-enough-data')
  })
})

describe('loadModel', () => {
  async function damaged(name: string, damage: (text: string) => string): Promise<string> {
    const copy = await mkdtemp(join(folder, 'damaged-'))
    for (const file of ['model.json', 'weights.safetensors']) await copyFile(join(modelFolder, file), join(copy, file))
    const text = await readFile(join(copy, name), 'latin1')
    await writeFile(join(copy, name), damage(text), 'latin1')
    return copy
  }

  it('refuses what is not there, not whole, or not the weights that the manifest is for', async () => {
    expect(await codeOf(loadModel(join(folder, 'none')))).toBe('not-found')
    expect(await codeOf(loadModel(await damaged('model.json', (text) => text.slice(0, 100))))).toBe('bad-file')
    const newer = await damaged('model.json', (text) => text.replace('"formatVersion":1', '"formatVersion":2'))
    expect(await codeOf(loadModel(newer))).toBe('bad-file')
    const flipped = await damaged('weights.safetensors', (text) => `${text.slice(0, -1)}\x7f`)
    expect(await codeOf(loadModel(flipped))).toBe('checksum')
    const cut = await damaged('weights.safetensors', (text) => text.slice(0, 5000))
    expect(await codeOf(loadModel(cut))).toBe('checksum')
  })
})
