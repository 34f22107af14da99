import { InvalidArgumentError, Option, type Command } from 'commander'
import { Recipe, RecipeOverrides } from '../../shared/domain/recipe.ts'
import { formatSetting, recipeSettings, type RecipeSetting, type SettingName } from './recipe-settings.ts'

/** One flag per setting of the recipe, named, described, bounded and checked as the schema has it. */
export function addRecipeFlags(command: Command): void {
  for (const setting of recipeSettings) {
    const defaults = describeDefaults(setting.defaults)
    if (setting.kind === 'boolean') {
      const opposite = setting.flag.replace('--', '--no-')
      command.addOption(
        new Option(setting.flag, `${setting.description} [or ${opposite}; ${defaults}]`).helpGroup(heading),
      )
      command.addOption(new Option(opposite).hideHelp())
      continue
    }
    const option = new Option(`${setting.flag} <value>`, `${setting.description} [${setting.allowed}; ${defaults}]`)
    // Only checked here: commander takes a parsed null for a value that is missing.
    const check = (text: string): string => {
      parseSetting(setting, text)
      return text
    }
    command.addOption(option.argParser(check).helpGroup(heading))
  }
}

const heading = 'Recipe (every setting, see docs/recipes.md):'

/** What the given flags change of a preset. */
export function overridesOf(options: Readonly<Record<string, unknown>>): RecipeOverrides {
  const given = recipeSettings.flatMap((setting) => {
    const value = options[setting.name]
    if (value === undefined) return []
    return [[setting.name, typeof value === 'string' ? parseSetting(setting, value) : value] as const]
  })
  return RecipeOverrides.parse(Object.fromEntries(given))
}

/** One value of the command line. Throws what commander shows as a wrong argument, with the bounds. */
export function parseSetting(setting: RecipeSetting, text: string): unknown {
  const schema = Recipe.shape[setting.name satisfies SettingName]
  const isNumber = setting.kind === 'number' || setting.kind === 'integer'
  const value = setting.isNullable && text === 'none' ? null : isNumber && text.trim() !== '' ? Number(text) : text
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(`It can be ${setting.allowed}.`)
}

/** "quick 0, fine-tune 12, others 5", or "default 0" where all have the same. */
function describeDefaults(defaults: RecipeSetting['defaults']): string {
  const entries = Object.entries(defaults).map(([preset, value]) => [preset, formatSetting(value)] as const)
  const count = (value: string): number => entries.filter(([, other]) => other === value).length
  const [, common] = entries.toSorted(([, a], [, b]) => count(b) - count(a))[0] ?? ['', '']
  const rest = entries.filter(([, value]) => value !== common).map(([preset, value]) => `${preset} ${value}`)
  return rest.length === 0 ? `default ${common}` : [...rest, `others ${common}`].join(', ')
}
