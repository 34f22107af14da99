/** Writes the tables of docs/recipes.md from the recipe's schema and presets. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatSetting, recipeSettings } from '../src/main/cli/recipe-settings.ts'
import { Preset } from '../src/shared/domain/recipe.ts'

const begin = '<!-- settings: written by scripts/recipe-table.ts -->'
const end = '<!-- end of settings -->'
export const recipesFile = join(import.meta.dirname, '..', 'docs', 'recipes.md')

/** One row per setting: flag, meaning, what it can be, and its default in each preset. */
export function recipeTable(): string {
  const header = ['setting', 'what it is', 'can be', ...Preset.options.map((preset) => `\`${preset}\``)]
  const rows = recipeSettings.map(({ flag, description, allowed, defaults }) => [
    `\`${flag}\``,
    description,
    allowed,
    ...Preset.options.map((preset) => formatSetting(defaults[preset])),
  ])
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n')
}

/** The document with its tables as the schema has them now. */
export function withRecipeTable(text: string): string {
  const [before = '', rest] = text.split(begin)
  const [, after] = rest?.split(end) ?? []
  if (after === undefined) throw new Error(`${recipesFile} has lost the lines "${begin}" and "${end}"`)
  return `${before}${begin}\n\n${recipeTable()}\n\n${end}${after}`
}

if (import.meta.main) writeFileSync(recipesFile, withRecipeTable(readFileSync(recipesFile, 'utf8')))
