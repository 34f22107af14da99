import { z } from 'zod'
import { presets, Recipe, type Preset, type RecipeOverrides } from '../../shared/domain/recipe.ts'

export type SettingName = keyof RecipeOverrides
export type SettingValue = Recipe[SettingName]

/** One setting of the recipe as flags, help and documentation show it; all of it comes from the schema. */
export interface RecipeSetting {
  readonly name: SettingName
  /** Such as `--batch-size`. */
  readonly flag: string
  readonly description: string
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'text'
  /** What may be given, in words, such as "1 to 4096 or none". */
  readonly allowed: string
  readonly isNullable: boolean
  readonly defaults: Readonly<Record<Preset, SettingValue>>
}

/** The part of a JSON schema that zod writes for one setting. */
const SettingSchema = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
})
type SettingSchema = z.infer<typeof SettingSchema>
const NullableSchema = SettingSchema.extend({ anyOf: z.array(SettingSchema).optional() })

export const recipeSettings: readonly RecipeSetting[] = Object.entries(
  z.record(z.string(), NullableSchema).parse(z.toJSONSchema(Recipe).properties),
)
  .filter(([name]) => name !== 'preset')
  .map(([name, schema]) => {
    const isNullable = schema.anyOf?.some(({ type }) => type === 'null') ?? false
    const value = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema
    return {
      // The schema's own keys, less the preset.
      name: name as SettingName,
      flag: `--${kebabCase(name)}`,
      description: (schema.description ?? '').replace(/\bnull\b/g, 'none'),
      kind: kindOf(value),
      allowed: describeAllowed(value, isNullable),
      isNullable,
      defaults: defaultsOf(name as SettingName),
    }
  })

export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** A value as it is given on the command line. */
export function formatSetting(value: SettingValue): string {
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : value
}

/** A message of core, which names settings as the recipe does, with the flags that the command line has for them. */
export function withFlags(message: string): string {
  return message.replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => flagOf.get(word) ?? word)
}

const flagOf: ReadonlyMap<string, string> = new Map(recipeSettings.map(({ name, flag }) => [name, flag]))

function kindOf(schema: SettingSchema): RecipeSetting['kind'] {
  if (schema.enum !== undefined) return 'choice'
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return schema.type
  return 'text'
}

function describeAllowed(schema: SettingSchema, isNullable: boolean): string {
  const { minimum, exclusiveMinimum, maximum } = schema
  const choices = [...(schema.enum ?? [])]
  if (schema.type === 'boolean') choices.push('yes', 'no')
  const kind = schema.type === 'integer' ? 'a whole number of ' : ''
  if (minimum !== undefined && maximum !== undefined) choices.push(`${kind}${String(minimum)} to ${String(maximum)}`)
  if (exclusiveMinimum !== undefined && maximum !== undefined) {
    choices.push(`more than ${String(exclusiveMinimum)}, at most ${String(maximum)}`)
  }
  if (choices.length === 0) choices.push('a name in lower case')
  if (isNullable) choices.push('none')
  return choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`
}

function defaultsOf(name: SettingName): Record<Preset, SettingValue> {
  return {
    quick: presets.quick[name],
    'fine-tune': presets['fine-tune'][name],
    reference: presets.reference[name],
    'from-scratch': presets['from-scratch'][name],
  }
}
