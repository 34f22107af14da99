import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addRecipeFlags, overridesOf } from '../../../src/main/cli/recipe-flags.ts'
import { recipeSettings, withFlags } from '../../../src/main/cli/recipe-settings.ts'
import { Recipe } from '../../../src/shared/domain/recipe.ts'

function parse(...words: string[]) {
  const command = new Command('tune').exitOverride().configureOutput({ writeErr: () => undefined })
  addRecipeFlags(command)
  return overridesOf(command.parse(words, { from: 'user' }).opts())
}

test('every setting but the preset has one flag, described and bounded', () => {
  expect(recipeSettings.map(({ name }) => name)).toEqual(Object.keys(Recipe.shape).filter((name) => name !== 'preset'))
  expect(new Set(recipeSettings.map(({ flag }) => flag)).size).toBe(recipeSettings.length)
  for (const { flag, description, allowed } of recipeSettings) {
    expect(flag).toMatch(/^--[a-z]+(-[a-z]+)*$/)
    expect(description).not.toBe('')
    expect(description).not.toMatch(/\bnull\b/)
    expect(allowed).not.toBe('')
  }
})

test('nothing given changes nothing', () => {
  expect(parse()).toEqual({})
})

test('values become what the recipe holds', () => {
  const words =
    '--backbone none --epochs 3 --learning-rate 6.4e-3 --class-weights none --limit none --device wasm'.split(' ')
  expect(parse(...words, '--no-horizontal-flip', '--keep-best')).toEqual({
    backbone: null,
    epochs: 3,
    learningRate: 6.4e-3,
    classWeights: 'none',
    limit: null,
    device: 'wasm',
    horizontalFlip: false,
    keepBest: true,
  })
})

test('messages name settings by their flags, and nothing else is touched', () => {
  const message = 'inputSizePx is cut out of resizePx; see torchvision, epochs and JavaScript.'
  expect(withFlags(message)).toBe('--input-size-px is cut out of --resize-px; see torchvision, epochs and JavaScript.')
})

test.each([
  ['--epochs', '1.5', 'a whole number of 0 to 1000'],
  ['--epochs', '', 'a whole number of 0 to 1000'],
  ['--epochs', 'none', 'a whole number of 0 to 1000'],
  ['--epochs', '1001', 'a whole number of 0 to 1000'],
  ['--learning-rate', '0', 'more than 0, at most 10'],
  ['--learning-rate', 'Infinity', 'more than 0, at most 10'],
  ['--momentum', '1', '0 to 0.999'],
  ['--schedule', 'linear', 'constant or cosine'],
  ['--backbone', '../../etc', 'a name'],
])('%s %s is refused with what it can be: %s', (flag, value, allowed) => {
  expect(() => parse(flag, value)).toThrow(allowed)
})
