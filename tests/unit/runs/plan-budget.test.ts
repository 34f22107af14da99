import { describe, expect, test } from 'vitest'
import type { RunEstimate } from '../../../src/shared/contract/runs.ts'
import { presets, Recipe, type Preset, type RecipeOverrides } from '../../../src/shared/domain/recipe.ts'
import { planBudget } from '../../../src/main/core/runs/plan-budget.ts'

/** Seconds of an epoch by the lowest trained stage, for pictures of 224 pixels. */
const epochSeconds = { stem: 100, layer3: 60, layer4: 40 } as const

/** A machine on which cost goes with the area, and a run of any kind takes ten seconds beside its epochs. */
function machine(preset: Preset, chosen: RecipeOverrides = {}) {
  const recipe = Recipe.parse({ ...presets[preset], ...chosen })
  const asked: RecipeOverrides[] = []
  const estimate = (overrides: RecipeOverrides): Promise<RunEstimate> => {
    asked.push(overrides)
    const { trainableFrom, inputSizePx, epochs } = Recipe.parse({ ...recipe, ...overrides })
    const perEpoch = trainableFrom in epochSeconds ? epochSeconds[trainableFrom as keyof typeof epochSeconds] : 0
    const seconds = 10 + epochs * perEpoch * (inputSizePx / 224) ** 2
    return Promise.resolve({
      ...{ device: 'wasm', deviceName: 'a processor', seconds, memoryBytes: 1, microBatchSize: 8, basis: 'measured' },
    })
  }
  return {
    asked,
    plan: (seconds: number) => planBudget({ seconds, recipe, overrides: chosen, estimate }),
  }
}

describe('a budget of time', () => {
  test.each<[number, RecipeOverrides, number]>([
    // More than forty passes are worth little: the rest of the time is left.
    [10_000, { epochs: 40 }, 4010],
    [1000, { epochs: 9 }, 910],
    [410, { epochs: 4 }, 410],
    // 100 x (160 / 224)^2 = 51 s for an epoch of all layers.
    [400, { inputSizePx: 160, epochs: 7 }, 367],
    [200, { inputSizePx: 160, trainableFrom: 'layer3', epochs: 6 }, 194],
    [120, { inputSizePx: 160, trainableFrom: 'layer4', epochs: 5 }, 112],
    [5, { inputSizePx: 160, trainableFrom: 'head', epochs: 0 }, 10],
  ])('of %i seconds is made the most of', async (seconds, overrides, takes) => {
    const { overrides: chosen, estimate } = await machine('fine-tune').plan(seconds)
    expect(chosen).toEqual(overrides)
    expect(Math.round(estimate.seconds)).toBe(takes)
  })

  test('leaves alone what the person chose', async () => {
    const { asked, plan } = machine('fine-tune', { inputSizePx: 112, batchSize: 32 })
    expect((await plan(120)).overrides).toEqual({ epochs: 4 })
    expect(asked.every(({ batchSize, inputSizePx }) => batchSize === 32 && inputSizePx === 112)).toBe(true)
    expect((await machine('fine-tune', { trainableFrom: 'layer4' }).plan(120)).overrides).toEqual({
      ...{ inputSizePx: 160, epochs: 5 },
    })
  })

  test('changes nothing of the textbook but its passes, and trains no less than all of a random network', async () => {
    expect((await machine('reference').plan(250)).overrides).toEqual({ epochs: 2 })
    expect((await machine('from-scratch').plan(100)).overrides).toEqual({ inputSizePx: 160, epochs: 1 })
  })

  test('that not even one pass fits into is one pass all the same', async () => {
    expect((await machine('reference').plan(20)).overrides).toEqual({ epochs: 1 })
    expect((await machine('from-scratch').plan(20)).overrides).toEqual({ inputSizePx: 160, epochs: 1 })
  })

  test('asks about a way only when those before it are too slow', async () => {
    const { asked, plan } = machine('fine-tune')
    await plan(1000)
    expect(asked).toEqual([{ epochs: 1 }, { epochs: 2 }, { epochs: 9 }])
  })
})
