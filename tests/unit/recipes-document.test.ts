import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { recipesFile, withRecipeTable } from '../../scripts/recipe-table.ts'
import { recipeSettings } from '../../src/main/cli/recipe-settings.ts'
import { Preset } from '../../src/shared/domain/recipe.ts'

const text = readFileSync(recipesFile, 'utf8').replaceAll('\r\n', '\n')

test('the table is that of the schema (else run: node scripts/recipe-table.ts)', () => {
  expect(text).toBe(withRecipeTable(text))
})

test('every flag that the text speaks of is one', () => {
  const flags = new Set([
    ...recipeSettings.flatMap(({ flag }) => [flag, flag.replace('--', '--no-')]),
    '--preset',
    '--minutes',
  ])
  const mentioned = [...text.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag)
  expect(mentioned.filter((flag) => !flags.has(flag))).toEqual([])
})

test('every preset is explained', () => {
  for (const preset of Preset.options) expect(text).toContain(`| \`${preset}\` |`)
})
