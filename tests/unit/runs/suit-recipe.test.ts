import { describe, expect, test } from 'vitest'
import { resolveRecipe } from '../../../src/main/core/runs/resolve-recipe.ts'
import { suitRecipe } from '../../../src/main/core/runs/suit-recipe.ts'
import { presets, type Preset, type RecipeOverrides } from '../../../src/shared/domain/recipe.ts'

const suit = (trainCount: number, chosen: RecipeOverrides, isFromShipped = false) =>
  suitRecipe(resolveRecipe('fine-tune', chosen), chosen, { trainCount, isFromShipped })
const epochsFor = (count: number, chosen: RecipeOverrides = {}) => suit(count, chosen).epochs

describe('Fine-tune as it suits a set', () => {
  test('looks at few images more often', () => {
    expect(epochsFor(1_667)).toBe(presets['fine-tune'].epochs)
    expect([0, 100, 1_000, 2_000, 4_000, 20_000].map((count) => epochsFor(count))).toEqual([40, 40, 20, 10, 5, 5])
    expect(epochsFor(20_000, { limit: 100 })).toBe(40)
  })

  test('leaves alone what a person chose', () => {
    expect(epochsFor(100, { epochs: 3 })).toBe(3)
    expect(epochsFor(100, { trainableFrom: 'head' })).toBe(0)
  })

  test('is patient until the small steps at the end have come', () => {
    const patienceFor = (count: number, chosen: RecipeOverrides = {}) => suit(count, chosen).earlyStopPatience
    expect([100, 1_000, 4_000].map((count) => patienceFor(count))).toEqual([20, 10, 5])
    expect(patienceFor(4_000, { epochs: 31 })).toBe(16)
    expect(patienceFor(100, { epochs: 900 })).toBe(100)
    expect(patienceFor(100, { earlyStopPatience: 2 })).toBe(2)
    expect(patienceFor(100, { earlyStopPatience: null })).toBeNull()
    expect(patienceFor(100, { schedule: 'constant' })).toBe(presets['fine-tune'].earlyStopPatience)
  })

  test('takes larger steps where few of them have to lead from drawn pictures to photographs', () => {
    const rateFor = (count: number, chosen: RecipeOverrides = {}, isFromShipped = true) =>
      suit(count, chosen, isFromShipped).learningRate
    const usual = presets['fine-tune'].learningRate
    expect([40, 500, 501, 4_000].map((count) => rateFor(count))).toEqual([0.02, 0.02, usual, usual])
    expect(rateFor(4_000, { limit: 100 })).toBe(0.02)
    expect([6, 7].map((epochs) => rateFor(1_778, { epochs }))).toEqual([0.02, usual])
    expect(rateFor(100, { learningRate: 0.005 })).toBe(0.005)
    expect(rateFor(100, { lossReduction: 'sum' })).toBe(usual)
    expect(rateFor(100, {}, false)).toBe(usual)
  })

  test('other presets are what they are', () => {
    const others: Preset[] = ['quick', 'reference', 'from-scratch']
    for (const preset of others)
      expect(suitRecipe(presets[preset], {}, { trainCount: 100, isFromShipped: true })).toEqual(presets[preset])
  })
})
