import { describe, expect, test } from 'vitest'
import {
  bestOther,
  lastOfPreset,
  resultDifferences,
  runNumber,
  secondsOf,
  settingDifferences,
} from '../../../src/renderer/tune/compare-runs.ts'
import {
  carriedOver,
  fromScratchPair,
  presetOverrides,
  withoutBackbone,
} from '../../../src/renderer/tune/preset-overrides.ts'
import { DatasetId, RunId } from '../../../src/shared/domain/ids.ts'
import { presets, Recipe } from '../../../src/shared/domain/recipe.ts'
import type { Run } from '../../../src/shared/domain/run.ts'

function aRun(number: number, changes: Partial<Run> = {}): Run {
  return {
    id: RunId.parse(`run-${number}`),
    datasetId: DatasetId.parse('dataset-1'),
    recipe: presets['fine-tune'],
    state: 'done',
    createdAtMs: 0,
    startedAtMs: 1_000,
    endedAtMs: 13_500,
    device: 'wasm',
    result: null,
    modelId: null,
    accuracy: null,
    judgedCount: null,
    note: '',
    isStarred: false,
    ...changes,
  }
}

describe('differences', () => {
  test('only settings that differ, the preset first, with the value of each run', () => {
    const other = { ...presets['fine-tune'], epochs: 9, limit: 40 }
    expect(settingDifferences([presets['fine-tune'], other])).toEqual([
      { name: 'epochs', values: [presets['fine-tune'].epochs, 9] },
      { name: 'limit', values: [null, 40] },
    ])
    expect(settingDifferences([presets['fine-tune'], presets['from-scratch']])[0]?.name).toBe('preset')
    expect(settingDifferences([presets.quick, presets.quick])).toEqual([])
  })

  test('only results that differ; a run without one has null', () => {
    const runs = [aRun(1, { accuracy: 0.9 }), aRun(2, { device: 'cuda' })].map((run) => ({ run, epochs: [] }))
    expect(resultDifferences(runs)).toEqual([
      { name: 'accuracy', values: [0.9, null] },
      { name: 'device', values: ['wasm', 'cuda'] },
    ])
  })

  test('a run that has not ended has taken no time yet', () => {
    expect(secondsOf(aRun(1))).toBe(12.5)
    expect(secondsOf(aRun(1, { endedAtMs: null }))).toBeNull()
  })
})

describe('the best and the last', () => {
  const runs = [aRun(3, { accuracy: 0.8 }), aRun(2), aRun(1, { accuracy: 0.9 })]

  test('a run is held against the best of the others, never itself', () => {
    expect(bestOther(aRun(1, { accuracy: 0.9 }), runs)?.id).toBe('run-3')
    expect(bestOther(aRun(3, { accuracy: 0.8 }), runs)?.id).toBe('run-1')
    expect(bestOther(aRun(1, { accuracy: 0.9 }), [aRun(1, { accuracy: 0.9 })])).toBeNull()
  })

  test('the last of a preset is the newest that has a result', () => {
    expect(lastOfPreset('fine-tune', [aRun(4), ...runs])?.id).toBe('run-3')
    expect(lastOfPreset('quick', runs)).toBeNull()
  })

  test('a run is named by its number', () => {
    expect(runNumber(RunId.parse('run-17'))).toBe(17)
  })
})

describe('what follows from a recipe', () => {
  test('the pair from scratch looks at the same pictures as often, and starts as from scratch does', () => {
    const base = { ...presets['fine-tune'], epochs: 3, inputSizePx: 64, resizePx: 73, limit: 40, seed: 7 }
    const { preset, overrides } = fromScratchPair(base)
    const pair = Recipe.parse({ ...presets[preset], ...overrides })
    expect(pair).toMatchObject({ backbone: null, epochs: 3, inputSizePx: 64, resizePx: 73, limit: 40, seed: 7 })
    expect(pair.learningRate).toBe(presets['from-scratch'].learningRate)
    expect(pair.seesMirrored).toBe(base.seesMirrored)
  })

  test('a base without epochs leaves their number to the preset', () => {
    expect(fromScratchPair(presets.quick).overrides).not.toHaveProperty('epochs')
  })

  test('the settings of a run give its recipe again', () => {
    const recipe = { ...presets.reference, epochs: 2, backbone: null }
    expect(presetOverrides(recipe)).toEqual({ epochs: 2, backbone: null })
  })

  test('a setting that the images or the backbone decide is given, also where it is what its preset has', () => {
    const { epochs, learningRate, earlyStopPatience, inputSizePx, resizePx } = presets['fine-tune']
    const settled = { epochs, learningRate, earlyStopPatience, inputSizePx, resizePx }
    expect(presetOverrides(presets['fine-tune'])).toEqual(settled)
    const mirrored = { horizontalFlip: false, seesMirrored: true }
    expect(presetOverrides({ ...presets['fine-tune'], ...mirrored })).toEqual({ ...settled, ...mirrored })
    expect(presetOverrides(presets['from-scratch'])).toEqual({})
  })

  test('another preset keeps what holds for any, and nothing that is its own value', () => {
    const changed = { backbone: null, device: 'wasm', learningRate: 1 } as const
    expect(carriedOver(changed, 'quick')).toEqual({ backbone: null, device: 'wasm' })
    expect(carriedOver(changed, 'from-scratch')).toEqual({ device: 'wasm' })
  })

  test.each(['quick', 'fine-tune', 'reference'] as const)('%s without its backbone is a recipe', (preset) => {
    expect(Recipe.parse({ ...presets[preset], ...withoutBackbone(preset) }).backbone).toBeNull()
  })
})
