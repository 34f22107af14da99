import { presets, type Preset, type Recipe, type RecipeOverrides } from '../../shared/domain/recipe.ts'
import { isSettled, type SettingName } from './recipe-fields.ts'

/** What gives a run's recipe again: what differs from its preset, and what the preset would settle anew. */
export function presetOverrides(recipe: Recipe): RecipeOverrides {
  const { preset, ...settings } = recipe
  const base = presets[preset]
  const isGiven = (name: SettingName, value: unknown) => value !== base[name] || isSettled(preset, name, settings)
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => isGiven(name as SettingName, value)))
}

/** What a person changed that holds for any way of tuning: it stays when another preset is chosen. */
export function carriedOver(overrides: RecipeOverrides, preset: Preset): RecipeOverrides {
  const anywhere: readonly SettingName[] = [
    'backbone',
    'architecture',
    'device',
    'precision',
    'threads',
    'limit',
    'seed',
  ]
  const kept = Object.entries(overrides).filter(([name]) => anywhere.some((one) => one === name))
  return Object.fromEntries(kept.filter(([name, value]) => value !== presets[preset][name as SettingName]))
}

/**
 * A network that starts with nothing needs many steps more than it needs detail: small inputs, small batches and more
 * epochs give a curve worth looking at within minutes. Quick has no steps, and Reference is to be followed to the letter.
 */
const smallSteps: RecipeOverrides = {
  inputSizePx: 48,
  batchSize: 16,
  epochs: 10,
  learningRate: 0.005,
  headLearningRateMultiplier: 1,
  weightDecay: 5e-4,
  cropScaleMin: 0.5,
}

export const withoutBackbone = (preset: Preset): RecipeOverrides =>
  preset === 'fine-tune' ? { backbone: null, ...smallSteps } : { backbone: null }

/** What both of a pair have in common: how much is looked at, how often, and where. Not how weights begin and move. */
const shared = [
  'architecture',
  'batchSize',
  'microBatchSize',
  'inputSizePx',
  'resizePx',
  'cropScaleMin',
  'cropScaleMax',
  'cropRatioMin',
  'cropRatioMax',
  'horizontalFlip',
  'verticalFlip',
  'seesMirrored',
  'missingRatioMax',
  'limit',
  'seed',
  'device',
  'precision',
  'threads',
] as const satisfies readonly SettingName[]

/**
 * The run from random weights that shows what another run's pretrained ones were worth: the same network on the same
 * images for as many epochs. A run without epochs leaves their number to the preset.
 */
export function fromScratchPair(recipe: Recipe): { readonly preset: Preset; readonly overrides: RecipeOverrides } {
  const overrides = Object.fromEntries(shared.map((name) => [name, recipe[name]]))
  if (recipe.epochs > 0) overrides['epochs'] = recipe.epochs
  return { preset: 'from-scratch', overrides }
}
