import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  fieldGroups,
  formatNumber,
  isAllowed,
  readConflicts,
  recipeFields,
  withSetting,
} from '../../../src/renderer/tune/recipe-fields.ts'
import { presets, Recipe } from '../../../src/shared/domain/recipe.ts'

const field = (name: string) => recipeFields.find((one) => one.name === name)
const settingNames = Object.keys(Recipe.shape).filter((name) => name !== 'preset')

describe('fields of the form', () => {
  test('every setting of the schema has one, in a group that is shown', () => {
    expect(recipeFields.map(({ name }) => name).toSorted()).toEqual(settingNames.toSorted())
    for (const { group } of recipeFields) expect(fieldGroups).toContain(group)
  })

  test('bounds, kinds and choices are those of the schema', () => {
    expect(field('epochs')).toMatchObject({
      kind: 'integer',
      minimum: 0,
      maximum: 1000,
      isAboveMinimum: false,
      isNullable: false,
    })
    expect(field('learningRate')).toMatchObject({ kind: 'number', minimum: 0, maximum: 10, isAboveMinimum: true })
    expect(field('earlyStopPatience')).toMatchObject({ kind: 'integer', minimum: 1, maximum: 100, isNullable: true })
    expect(field('device')).toMatchObject({
      kind: 'choice',
      choices: ['cuda', 'webgpu', 'onednn', 'tensorflow', 'wasm'],
      isNullable: true,
    })
    expect(field('keepBest')).toMatchObject({ kind: 'boolean', minimum: null, maximum: null })
    expect(field('backbone')).toMatchObject({ kind: 'text', isNullable: true })
  })

  test('every number has both of its bounds, to be told beside the field', () => {
    for (const { kind, minimum, maximum, name } of recipeFields) {
      if (kind === 'integer' || kind === 'number') expect([name, minimum, maximum]).not.toContain(null)
    }
  })

  test.each(['en', 'zh-CN'])('every setting has a name and says what it does in %s', (language) => {
    const file = join(import.meta.dirname, `../../../resources/locales/${language}/tune.json`)
    const texts = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>
    for (const name of settingNames) {
      const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      expect(texts, key).toHaveProperty(`tune_setting_${key}`)
      expect(texts, key).toHaveProperty(`tune_help_${key}`)
    }
  })

  test('both languages have the same texts', () => {
    const keysOf = (language: string) =>
      Object.keys(
        JSON.parse(
          readFileSync(join(import.meta.dirname, `../../../resources/locales/${language}/tune.json`), 'utf8'),
        ) as object,
      )
    expect(keysOf('zh-CN')).toEqual(keysOf('en'))
  })
})

describe('changing a setting', () => {
  test('what is the preset’s own value is no change', () => {
    const changed = withSetting({}, 'fine-tune', { name: 'momentum', value: 0.5 })
    expect(changed).toEqual({ momentum: 0.5 })
    expect(withSetting(changed, 'fine-tune', { name: 'momentum', value: 0.9 })).toEqual({})
  })

  test('what follows from the images and the backbone is one, also where the preset says the same', () => {
    const { epochs, inputSizePx } = presets['fine-tune']
    expect(withSetting({}, 'fine-tune', { name: 'epochs', value: epochs })).toEqual({ epochs })
    expect(withSetting({}, 'fine-tune', { name: 'inputSizePx', value: inputSizePx })).toEqual({ inputSizePx })
  })

  test('null is a value of its own', () => {
    expect(withSetting({}, 'fine-tune', { name: 'backbone', value: null })).toEqual({ backbone: null })
    expect(withSetting({}, 'from-scratch', { name: 'backbone', value: null })).toEqual({})
  })

  test('values out of bounds are not allowed', () => {
    expect(isAllowed('epochs', 1000)).toBe(true)
    expect(isAllowed('epochs', 1001)).toBe(false)
    expect(isAllowed('epochs', 2.5)).toBe(false)
    expect(isAllowed('epochs', null)).toBe(false)
    expect(isAllowed('limit', null)).toBe(true)
    expect(isAllowed('learningRate', 0)).toBe(false)
  })
})

test('numbers are shown with the digits that they need', () => {
  expect([6.4e-3, 5e-5, 7.8e-6, 4 / 3, 0xffffffff, 0].map(formatNumber)).toEqual([
    '0.0064',
    '5e-5',
    '7.8e-6',
    '1.33333',
    '4294967295',
    '0',
  ])
})

describe('settings that do not go together', () => {
  test('each sentence goes to the settings that it names', () => {
    const message =
      'inputSizePx is cut out of resizePx and cannot be larger. With 0 epochs only the output layer can be trained: ' +
      'set trainableFrom to head, or epochs to 1 or more.'
    expect(readConflicts(message).map(({ names }) => names.toSorted())).toEqual([
      ['inputSizePx', 'resizePx'],
      ['epochs', 'trainableFrom'],
    ])
  })

  test('what names no setting is kept', () => {
    expect(readConflicts('Something else is wrong.')).toEqual([{ message: 'Something else is wrong.', names: [] }])
  })
})
