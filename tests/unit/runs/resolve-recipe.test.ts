import { describe, expect, test } from 'vitest'
import { resolveRecipe } from '../../../src/main/core/runs/resolve-recipe.ts'
import { Preset, presets } from '../../../src/shared/domain/recipe.ts'
import type { RecipeOverrides } from '../../../src/shared/domain/recipe.ts'

test.each(Preset.options)('the preset %s is a valid recipe as it is', (preset) => {
  expect(resolveRecipe(preset, {})).toEqual(presets[preset])
})

test('overrides win', () => {
  expect(resolveRecipe('reference', { epochs: 2, limit: 200 })).toEqual({ ...presets.reference, epochs: 2, limit: 200 })
})

describe('what follows from a setting', () => {
  test('the size to resize to keeps its ratio to the input size', () => {
    expect(resolveRecipe('quick', { inputSizePx: 112 }).resizePx).toBe(128)
    expect(resolveRecipe('quick', { inputSizePx: 112, resizePx: 112 }).resizePx).toBe(112)
  })

  test('where left and right mean something, the mirror image is not looked at', () => {
    expect(resolveRecipe('fine-tune', { horizontalFlip: false }).seesMirrored).toBe(false)
    expect(resolveRecipe('fine-tune', { horizontalFlip: false, seesMirrored: true }).seesMirrored).toBe(true)
    expect(resolveRecipe('fine-tune', { horizontalFlip: true }).seesMirrored).toBe(true)
  })

  test('training the head alone needs no epochs', () => {
    const recipe = resolveRecipe('fine-tune', { trainableFrom: 'head' })
    expect(recipe).toMatchObject({ epochs: 0, fitHeadFirst: true, seesMirrored: false })
  })

  test('a head is not fitted to random weights that are to change', () => {
    expect(resolveRecipe('fine-tune', { backbone: null }).fitHeadFirst).toBe(false)
    expect(resolveRecipe('fine-tune', { backbone: null, fitHeadFirst: true }).fitHeadFirst).toBe(true)
    expect(resolveRecipe('quick', { backbone: null }).fitHeadFirst).toBe(true)
  })
})

describe('settings that contradict each other are refused with both names', () => {
  const cases: [Preset, RecipeOverrides, RegExp][] = [
    ['quick', { inputSizePx: 224, resizePx: 200 }, /inputSizePx.*resizePx/],
    ['reference', { cropScaleMin: 0.5, cropScaleMax: 0.4 }, /cropScaleMin.*cropScaleMax/],
    ['quick', { epochs: 3 }, /trainableFrom.*epochs/],
    ['quick', { fitHeadFirst: false }, /trainableFrom.*fitHeadFirst/],
    ['reference', { epochs: 0 }, /epochs.*trainableFrom/],
    ['quick', { trainableFrom: 'layer4' }, /epochs.*trainableFrom/],
    ['reference', { batchSize: 1 }, /batchSize/],
    ['reference', { microBatchSize: 1 }, /microBatchSize/],
  ]
  test.each(cases)('%s %o', (preset, overrides, message) => {
    expect(() => resolveRecipe(preset, overrides)).toThrow(
      expect.objectContaining({ code: 'bad-input', message: expect.stringMatching(message) as string }),
    )
  })

  test('all at once', () => {
    expect(() => resolveRecipe('reference', { batchSize: 1, microBatchSize: 1, epochs: 1 })).toThrow(
      /batchSize.*microBatchSize/,
    )
  })

  test('values out of bounds are named with their setting', () => {
    expect(() => resolveRecipe('reference', { learningRate: -1 })).toThrow(/learningRate/)
  })
})
