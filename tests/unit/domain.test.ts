import { describe, expect, test } from 'vitest'
import { ClassName } from '../../src/shared/domain/label.ts'
import { KeptRecipe, presets, Preset, Recipe, RecipeOverrides } from '../../src/shared/domain/recipe.ts'
import { RunState, runTransitions } from '../../src/shared/domain/run.ts'
import { AppError, isAppError, toAppError } from '../../src/shared/errors.ts'
import { said } from '../../src/shared/said.ts'

describe('recipe', () => {
  test.each(Preset.options)('the preset %s is a valid recipe of its own name', (preset) => {
    expect(Recipe.parse(presets[preset])).toEqual(presets[preset])
    expect(presets[preset].preset).toBe(preset)
  })

  test('the reference is the textbook recipe, for a summed loss', () => {
    expect(presets.reference).toMatchObject({
      lossReduction: 'sum',
      learningRate: 5e-5,
      headLearningRateMultiplier: 10,
      weightDecay: 1e-3,
      momentum: 0,
      batchSize: 128,
      epochs: 5,
      cropScaleMin: 0.08,
      horizontalFlip: true,
      verticalFlip: true,
      resizePx: 256,
      inputSizePx: 224,
    })
    expect(presets['from-scratch']).toMatchObject({ backbone: null, learningRate: 5e-4, headLearningRateMultiplier: 1 })
  })

  test('one that was kept before there was a setting did without it', () => {
    const {
      precision: _precision,
      mixup: _mixup,
      distortion: _distortion,
      averageEpochs: _average,
      seesMirrored: _mirrored,
      ...before
    } = presets.quick
    expect(KeptRecipe.parse(before)).toEqual({
      ...presets.quick,
      precision: 'float32',
      mixup: 0,
      distortion: 0,
      averageEpochs: 0,
      seesMirrored: false,
    })
    expect(KeptRecipe.parse({ ...before, precision: 'bfloat16' }).precision).toBe('bfloat16')
    expect(Recipe.safeParse(before).success).toBe(false)
    expect(KeptRecipe.safeParse(null).success).toBe(false)
  })

  test('unknown keys and values out of bounds are refused', () => {
    expect(RecipeOverrides.safeParse({ learningrate: 1 }).success).toBe(false)
    expect(RecipeOverrides.safeParse({ epochs: -1 }).success).toBe(false)
    expect(RecipeOverrides.safeParse({ epochs: 3, seed: 7 }).success).toBe(true)
  })
})

describe('class names', () => {
  test('are trimmed and normalised', () => {
    expect(ClassName.parse('  hot dog ')).toBe('hot dog')
    expect(ClassName.parse('cafe\u0301')).toBe('caf\u00e9')
  })

  test.each(['', '   ', 'two\nlines', 'nul\u0000', 'x'.repeat(101)])('%j is refused', (name) => {
    expect(ClassName.safeParse(name).success).toBe(false)
  })
})

describe('run states', () => {
  test('every state is in the table, and what is over can only be queued again', () => {
    expect(Object.keys(runTransitions).sort()).toEqual([...RunState.options].sort())
    for (const state of ['stopped', 'failed', 'interrupted'] as const) expect(runTransitions[state]).toEqual(['queued'])
    expect(runTransitions.done).toEqual([])
  })
})

describe('AppError', () => {
  test('is known by its code, not by its class', () => {
    const fromElsewhere = Object.assign(new Error('No such image.'), { name: 'AppError', code: 'not-found' })
    expect(isAppError(fromElsewhere)).toBe(true)
    expect(isAppError(Object.assign(new Error('x'), { name: 'AppError', code: 'made-up' }))).toBe(false)
    expect(isAppError({ name: 'AppError', code: 'not-found' })).toBe(false)
  })

  test('wraps what is not one and leaves what is', () => {
    const known = new AppError('conflict', said`It is there already.`)
    expect(toAppError(known)).toBe(known)
    const cause = new TypeError('x is undefined')
    expect(toAppError(cause)).toMatchObject({ code: 'internal', message: 'x is undefined', cause })
    expect(toAppError('text')).toMatchObject({ code: 'internal', message: 'text' })
  })
})
