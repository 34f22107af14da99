import { isDeepStrictEqual } from 'node:util'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import type { DeviceId } from '../../shared/domain/device.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { wholeView, type FeatureView } from './feature-views.ts'

/** Everything that what the output layer sees of an image depends on beside the file. */
export interface FeatureOrigin {
  readonly recipe: Pick<Recipe, 'architecture' | 'seed' | 'precision'>
  /** Null for a random start. */
  readonly backboneSha256: string | null
  readonly preprocessing: Preprocessing
  readonly device: DeviceId
  readonly threads: number
  readonly versions: Readonly<Record<string, string>>
  readonly view?: FeatureView
}

/** Under which features are cached: equal keys mean equal features. */
export function featureKeyOf(origin: FeatureOrigin): unknown {
  const { recipe, backboneSha256, preprocessing, device, threads, versions, view = wholeView } = origin
  const start = backboneSha256 ?? `random ${recipe.seed}`
  const { architecture, precision } = recipe
  const whole = { start, architecture, precision, preprocessing, device, threads, versions }
  return isDeepStrictEqual(view, wholeView) ? whole : { ...whole, view }
}

/** Whether a run leaves everything below the output layer as it starts, so that features made before it hold after it. */
export function isBackboneFrozen({ epochs }: Pick<Recipe, 'epochs'>): boolean {
  return epochs === 0
}
