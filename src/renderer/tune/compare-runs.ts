import { Recipe, type Preset } from '../../shared/domain/recipe.ts'
import type { ModelSummary } from '../../shared/domain/model.ts'
import type { EpochMetrics, Run } from '../../shared/domain/run.ts'
import type { SettingName, SettingValue } from './recipe-fields.ts'

/** A setting in which some runs differ, with the value of each run in their order. */
export interface SettingDifference {
  readonly name: SettingName | 'preset'
  readonly values: readonly SettingValue[]
}

/** Only what differs; the preset first, then in the order of the recipe. */
export function settingDifferences(recipes: readonly Recipe[]): SettingDifference[] {
  return Object.keys(Recipe.shape)
    .map((name) => {
      // The keys of the schema's shape are those of the recipe.
      const key = name as keyof Recipe
      return { name: key, values: recipes.map((recipe) => recipe[key]) }
    })
    .filter(({ values }) => new Set(values).size > 1)
}

export const resultNames = [
  'accuracy',
  'validation-accuracy',
  'train-accuracy',
  'train-loss',
  'validation-loss',
  'epochs',
  'duration',
  'device',
] as const
export type ResultName = (typeof resultNames)[number]

export interface ResultDifference {
  readonly name: ResultName
  /** Of each run in their order; null where it has none. */
  readonly values: readonly (number | string | null)[]
}

/** A run with the figures of its epochs. */
export interface RunWithEpochs {
  readonly run: Run
  readonly epochs: readonly EpochMetrics[]
}

export function resultDifferences(runs: readonly RunWithEpochs[]): ResultDifference[] {
  return resultNames
    .map((name) => ({ name, values: runs.map((run) => resultOf(run, name)) }))
    .filter(({ values }) => new Set(values).size > 1)
}

function resultOf({ run, epochs }: RunWithEpochs, name: ResultName): number | string | null {
  const last = epochs.at(-1)
  switch (name) {
    case 'accuracy':
      return run.accuracy
    case 'validation-accuracy':
      return last?.validationAccuracy ?? null
    case 'train-accuracy':
      return last?.trainAccuracy ?? null
    case 'train-loss':
      return last?.trainLoss ?? null
    case 'validation-loss':
      return last?.validationLoss ?? null
    case 'epochs':
      return epochs.length
    case 'duration':
      return secondsOf(run)
    case 'device':
      return run.device
  }
}

/**
 * Whether some of the runs were judged by other images. Each run freezes a dataset of its own, so what counts is whether
 * the datasets hold the same; that of a run without a model is not known and says nothing.
 */
export function learnedFromOthers(runs: readonly Run[], models: readonly ModelSummary[]): boolean {
  const hashes = runs.map(({ modelId }) => models.find(({ id }) => id === modelId)?.datasetHash)
  return new Set(hashes.filter((hash) => hash !== undefined)).size > 1
}

/** How long a run took; null while it has not ended. */
export function secondsOf({ startedAtMs, endedAtMs }: Run): number | null {
  return startedAtMs === null || endedAtMs === null ? null : Math.max(0, endedAtMs - startedAtMs) / 1000
}

/** The best of the other runs that are done, to hold a run against; null where it is the only one. */
export function bestOther(run: Run, runs: readonly Run[]): Run | null {
  const others = runs.filter(({ id, accuracy }) => id !== run.id && accuracy !== null)
  return others.reduce<Run | null>(
    (best, other) => (best === null || (other.accuracy ?? 0) > (best.accuracy ?? 0) ? other : best),
    null,
  )
}

/** The latest result that a preset has given; runs are newest first. */
export function lastOfPreset(preset: Preset, runs: readonly Run[]): Run | null {
  return runs.find(({ recipe, accuracy }) => recipe.preset === preset && accuracy !== null) ?? null
}

/** The number in a run's id, which is its name to a person. */
export const runNumber = (id: Run['id']): number => Number(id.replace(/\D/g, ''))
