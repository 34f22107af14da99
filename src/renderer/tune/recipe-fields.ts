import { z } from 'zod'
import { presets, Recipe, type Preset, type RecipeOverrides } from '../../shared/domain/recipe.ts'

export type SettingName = keyof RecipeOverrides
export type SettingValue = Recipe[SettingName]

export const fieldGroups = ['network', 'learning', 'pictures', 'stopping', 'machine'] as const
export type FieldGroup = (typeof fieldGroups)[number]

export type FieldUnit = 'pixels' | 'seconds' | 'images' | 'epochs' | 'times' | 'threads'

/** One setting of the recipe as the form shows it: what may be entered comes from the schema. */
export interface RecipeField {
  readonly name: SettingName
  readonly group: FieldGroup
  readonly unit: FieldUnit | null
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'text'
  /** Smallest and largest value; null where the kind has none. */
  readonly minimum: number | null
  readonly maximum: number | null
  /** The minimum itself is not allowed. */
  readonly isAboveMinimum: boolean
  readonly choices: readonly string[]
  readonly isNullable: boolean
}

/** Where a setting stands in the form, in this order. A setting of the schema that is not here does not compile. */
const layout = {
  backbone: ['network', null],
  architecture: ['network', null],
  trainableFrom: ['network', null],
  fitHeadFirst: ['network', null],
  views: ['network', null],
  epochs: ['learning', 'epochs'],
  learningRate: ['learning', null],
  headLearningRateMultiplier: ['learning', 'times'],
  schedule: ['learning', null],
  warmUpRatio: ['learning', null],
  batchSize: ['learning', 'images'],
  lossReduction: ['learning', null],
  momentum: ['learning', null],
  weightDecay: ['learning', null],
  labelSmoothing: ['learning', null],
  mixup: ['learning', null],
  classWeights: ['learning', null],
  inputSizePx: ['pictures', 'pixels'],
  resizePx: ['pictures', 'pixels'],
  distortion: ['pictures', null],
  cropScaleMin: ['pictures', null],
  cropScaleMax: ['pictures', null],
  cropRatioMin: ['pictures', null],
  cropRatioMax: ['pictures', null],
  horizontalFlip: ['pictures', null],
  verticalFlip: ['pictures', null],
  seesMirrored: ['pictures', null],
  limit: ['stopping', 'images'],
  earlyStopPatience: ['stopping', 'epochs'],
  keepBest: ['stopping', null],
  averageEpochs: ['stopping', 'epochs'],
  missingRatioMax: ['stopping', null],
  checkpointSeconds: ['stopping', 'seconds'],
  device: ['machine', null],
  precision: ['machine', null],
  threads: ['machine', 'threads'],
  microBatchSize: ['machine', 'images'],
  seed: ['machine', null],
} as const satisfies Record<SettingName, readonly [FieldGroup, FieldUnit | null]>

/** The part of a JSON schema that zod writes for one setting. */
const Bounds = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
})
const SettingSchema = Bounds.extend({ anyOf: z.array(Bounds).optional() })
const schemas = z.record(z.string(), SettingSchema).parse(z.toJSONSchema(Recipe).properties)

/** All settings but the preset, in the order of the form. */
export const recipeFields: readonly RecipeField[] = Object.entries(layout).map(([name, [group, unit]]) =>
  // The keys of the layout are those of the recipe.
  describeField(name as SettingName, group, unit),
)

function describeField(name: SettingName, group: FieldGroup, unit: FieldUnit | null): RecipeField {
  const schema = schemas[name] ?? {}
  const value = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema
  return {
    name,
    group,
    unit,
    kind: kindOf(value),
    minimum: value.minimum ?? value.exclusiveMinimum ?? null,
    maximum: value.maximum ?? null,
    isAboveMinimum: value.exclusiveMinimum !== undefined,
    choices: value.enum ?? [],
    isNullable: schema.anyOf?.some(({ type }) => type === 'null') ?? false,
  }
}

function kindOf({ type, enum: choices }: z.infer<typeof Bounds>): RecipeField['kind'] {
  if (choices !== undefined) return 'choice'
  return type === 'integer' || type === 'number' || type === 'boolean' ? type : 'text'
}

export const defaultOf = (preset: Preset, name: SettingName): SettingValue => presets[preset][name]

export const isAllowed = (name: SettingName, value: unknown): boolean => Recipe.shape[name].safeParse(value).success

/** What a plan settles by the images and the backbone: the preset's own value need not be what it comes to. */
const settledSettings: Readonly<Record<Preset, readonly SettingName[]>> = {
  quick: ['inputSizePx', 'resizePx'],
  'fine-tune': ['epochs', 'learningRate', 'earlyStopPatience', 'inputSizePx', 'resizePx'],
  reference: [],
  'from-scratch': [],
}

export function isSettled(preset: Preset, name: SettingName, given: RecipeOverrides): boolean {
  // A plan leaves the mirror image out where it means something else, and where the output layer alone is fitted.
  if (name === 'seesMirrored') return given.horizontalFlip === false || given.trainableFrom === 'head'
  return settledSettings[preset].includes(name)
}

/** Overrides with one setting changed; a value that is the preset's own is no override, where it would be that anyway. */
export function withSetting(
  overrides: RecipeOverrides,
  preset: Preset,
  change: { readonly name: SettingName; readonly value: SettingValue },
): RecipeOverrides {
  const { [change.name]: _before, ...others } = overrides
  if (!isSettled(preset, change.name, others) && change.value === defaultOf(preset, change.name)) return others
  return { ...others, [change.name]: change.value }
}

/** 4 / 3 is no number to read in a field. */
export const tidyNumber = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(6)))

/** A number as a person reads and types it: no more digits than it needs, 0.00005 as 5e-5. */
export function formatNumber(value: number): string {
  const rounded = tidyNumber(value)
  if (rounded !== 0 && Math.abs(rounded) < 0.001) {
    return rounded.toExponential().replace('e+', 'e')
  }
  return String(rounded)
}

export interface Conflict {
  readonly message: string
  /** The settings that it is about; empty where it names none. */
  readonly names: readonly SettingName[]
}

/** What core says about settings that do not go together, sentence by sentence, with the settings that each names. */
export function readConflicts(message: string): Conflict[] {
  const sentences = message
    .split(/(?<=\.)\s+(?=[A-Za-z])/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
  return sentences.map((sentence) => ({
    message: sentence,
    names: recipeFields.map(({ name }) => name).filter((name) => new RegExp(`\\b${name}\\b`).test(sentence)),
  }))
}
