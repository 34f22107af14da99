import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noRelief } from '../../../src/shared/contract/trainer.ts'
import { presets, Recipe } from '../../../src/shared/domain/recipe.ts'
import type { RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { readCheckpoint, writeCheckpoint } from '../../../src/trainer/steps/checkpoint.ts'
import type { Checkpoint, RunIdentity } from '../../../src/trainer/steps/checkpoint.ts'
import { startState } from '../../../src/trainer/steps/fit-state.ts'
import { differencesOf, hasMoved, requireSameRun } from '../../../src/trainer/steps/resume-check.ts'

const identity: RunIdentity = {
  recipe: presets.reference,
  datasetHash: 'a'.repeat(64),
  classes: ['cat', 'dog'],
  backboneSha256: 'b'.repeat(64),
  device: 'wasm',
  threads: 2,
  versions: { athanor: '0.1.0', node: '24.21.0' },
}

function checkpointOf(changes: Partial<Checkpoint> = {}): Checkpoint {
  const weight = (value: number) => ({ shape: [2, 1], values: Float32Array.from([value, -value]) })
  return {
    identity,
    microBatchSize: 8,
    state: { ...startState, epochs: 2, steps: 3 },
    parameters: new Map([
      ['conv1.weight', weight(1)],
      ['fc.bias', weight(2)],
    ]),
    momentum: new Map([['fc.bias', weight(3)]]),
    best: new Map([['conv1.weight', weight(4)]]),
    average: { epochCount: 3, weights: new Map([['conv1.weight', weight(5)]]) },
    ...changes,
  }
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-checkpoint-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a checkpoint', () => {
  test('is read as it was written', async () => {
    await writeCheckpoint(folder, checkpointOf())
    expect(await readCheckpoint(folder)).toEqual(checkpointOf())
    await writeCheckpoint(folder, checkpointOf({ momentum: new Map(), best: null, average: null }))
    expect(await readCheckpoint(folder)).toEqual(checkpointOf({ momentum: new Map(), best: null, average: null }))
  })

  test('is null where there is none', async () => {
    expect(await readCheckpoint(folder)).toBeNull()
    expect(await readCheckpoint(join(folder, 'nowhere'))).toBeNull()
  })

  test('takes the place of the one before and leaves nothing beside it', async () => {
    await writeCheckpoint(folder, checkpointOf())
    await writeCheckpoint(folder, checkpointOf({ microBatchSize: 4 }))
    expect((await readCheckpoint(folder))?.microBatchSize).toBe(4)
    expect(await readdir(folder)).toEqual(['checkpoint.safetensors'])
  })

  test('is never written over by numbers that are not finite', async () => {
    await writeCheckpoint(folder, checkpointOf())
    const before = await readFile(join(folder, 'checkpoint.safetensors'))
    for (const value of [NaN, Infinity, -Infinity]) {
      const parameters = new Map([['fc.bias', { shape: [1], values: Float32Array.from([value]) }]])
      await expect(writeCheckpoint(folder, checkpointOf({ parameters }))).rejects.toMatchObject({
        code: 'not-finite',
        message: expect.stringMatching(/fc\.bias.*2 epochs and 3 updates/) as string,
      })
    }
    expect(await readFile(join(folder, 'checkpoint.safetensors'))).toEqual(before)
  })

  test('that is cut off, foreign or of another format is refused, not misread', async () => {
    const file = join(folder, 'checkpoint.safetensors')
    await writeCheckpoint(folder, checkpointOf())
    const whole = await readFile(file)
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(file, whole)
      await truncate(file, length)
      await expect(readCheckpoint(folder)).rejects.toSatisfy(
        (thrown) => isAppError(thrown) && thrown.code === 'bad-file',
      )
    }
    const text = whole.toString('latin1')
    await writeFile(file, text.replace('\\"formatVersion\\":1', '\\"formatVersion\\":9'), 'latin1')
    await expect(readCheckpoint(folder)).rejects.toThrow(/format 9/)
    await writeFile(file, text.replace('athanorCheckpoint', 'somethingElse....'), 'latin1')
    await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'bad-file' })
  })
})

describe('a run is only resumed as what it was', () => {
  test('the same run has no differences', () => {
    expect(differencesOf(identity, structuredClone(identity))).toEqual([])
  })

  /** One other allowed value for every setting of the recipe. */
  const otherRecipe: Required<RecipeOverrides> = {
    ...{ architecture: 'resnet34', backbone: 'mine', trainableFrom: 'layer2', epochs: 6, fitHeadFirst: true },
    ...{ batchSize: 64, microBatchSize: 4, lossReduction: 'mean', learningRate: 1e-3, headLearningRateMultiplier: 2 },
    ...{ momentum: 0.5, weightDecay: 0.5, schedule: 'cosine', warmUpRatio: 0.2, labelSmoothing: 0.2 },
    ...{
      mixup: 0.4,
      views: 2,
      distortion: 0.3,
      averageEpochs: 2,
      classWeights: 'balanced',
      inputSizePx: 96,
      resizePx: 100,
      cropScaleMin: 0.5,
      cropScaleMax: 0.9,
    },
    ...{ cropRatioMin: 0.5, cropRatioMax: 2, horizontalFlip: false, verticalFlip: false, seesMirrored: true },
    ...{
      earlyStopPatience: 1,
      keepBest: true,
      missingRatioMax: 0.5,
      checkpointSeconds: 1,
      limit: 10,
      seed: 9,
      device: 'wasm',
      precision: 'float32',
      threads: 3,
    },
  }
  const changes: [string, RunIdentity][] = [
    ...Object.entries(otherRecipe).map(([name, value]): [string, RunIdentity] => [
      name,
      { ...identity, recipe: Recipe.parse({ ...identity.recipe, [name]: value }) },
    ]),
    ['datasetHash', { ...identity, datasetHash: 'c'.repeat(64) }],
    ['classes', { ...identity, classes: ['dog', 'cat'] }],
    ['backboneSha256', { ...identity, backboneSha256: null }],
    ['device', { ...identity, device: 'webgpu' }],
    ['threads', { ...identity, threads: 1 }],
    ['version of athanor', { ...identity, versions: { ...identity.versions, athanor: '0.2.0' } }],
    ['version of tfjs', { ...identity, versions: { ...identity.versions, tfjs: '5.0.0' } }],
    ['version of node', { ...identity, versions: { athanor: '0.1.0' } }],
  ]

  test('the table has every setting', () => {
    expect(Object.keys(otherRecipe).toSorted()).toEqual(
      Object.keys(Recipe.shape)
        .filter((name) => name !== 'preset')
        .toSorted(),
    )
  })

  test('but for what another device has of its own, where its own was given up', () => {
    const moved: RunIdentity = { ...identity, device: 'onednn', threads: 1 }
    const relief = { avoidedDevices: [identity.device], microBatchSizeMax: null, keepsPictures: true }
    expect(hasMoved({ relief: noRelief, lastDevice: null }, identity.device)).toBe(false)
    expect(hasMoved({ relief: noRelief, lastDevice: identity.device }, identity.device)).toBe(false)
    expect(hasMoved({ relief, lastDevice: identity.device }, identity.device)).toBe(true)
    // It moved, and was stopped before its next checkpoint.
    expect(hasMoved({ relief: noRelief, lastDevice: 'onednn' }, identity.device)).toBe(true)
    expect(differencesOf(identity, moved, true)).toEqual([])
    expect(differencesOf(identity, { ...moved, classes: ['dog', 'cat'] }, true)).toHaveLength(1)
  })

  for (const [name, now] of changes) {
    const isHarmless = name === 'missingRatioMax' || name === 'checkpointSeconds'
    test(`${name} ${isHarmless ? 'may' : 'may not'} change`, () => {
      if (isHarmless) return requireSameRun(identity, now, false)
      expect(() => requireSameRun(identity, now, false)).toThrow(
        expect.objectContaining({ code: 'resume-mismatch', message: expect.stringContaining(name) as string }),
      )
    })
  }
})
