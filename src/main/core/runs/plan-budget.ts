import type { RunEstimate } from '../../../shared/contract/runs.ts'
import type { Recipe, RecipeOverrides } from '../../../shared/domain/recipe.ts'
import { epochsMax } from './suit-recipe.ts'

/** What a run of some time does, as changes of a preset, and how long it takes. */
export interface BudgetPlan {
  readonly overrides: RecipeOverrides
  readonly estimate: RunEstimate
}

export interface Budget {
  readonly seconds: number
  /** As it would be without a budget. */
  readonly recipe: Recipe
  /** What the person chose: it stays. */
  readonly overrides: RecipeOverrides
  /** How long a run with these changes of the preset takes. */
  readonly estimate: (overrides: RecipeOverrides) => Promise<RunEstimate>
}

/** With fewer passes the lower layers have hardly moved: it is better to train fewer of them more often. */
const epochsMin = 4
/** Large pictures cost most; below the smallest of these a network misses what a person would point at. */
const smallerSidesPx = [160, 128] as const

/**
 * Makes the most of a time: the first of the ways to train, the most thorough first, that has time for enough passes,
 * with as many as fit. A device is only asked about a way when those before it were too slow. The last way takes what it
 * takes, also where that is longer.
 */
export async function planBudget({ seconds, recipe, overrides, estimate }: Budget): Promise<BudgetPlan> {
  const ways = waysOf(recipe, overrides)
  for (const way of ways.slice(0, -1)) {
    const plan = await fit(way)
    if (plan !== null) return plan
  }
  const [last = {}] = ways.slice(-1)
  // One pass is the least there is; the output layer alone takes none.
  const least = { epochs: 1, ...last }
  return (await fit(last, 1)) ?? { overrides: least, estimate: await estimate({ ...overrides, ...least }) }

  /** As many epochs as there is time for; null where those are too few, or the way has none. */
  async function fit(way: RecipeOverrides, least = epochsMin): Promise<BudgetPlan | null> {
    if (way.trainableFrom === 'head') return null
    const given = { ...overrides, ...way }
    const one = await estimate({ ...given, epochs: 1 })
    const two = await estimate({ ...given, epochs: 2 })
    const perEpoch = Math.max(1e-3, two.seconds - one.seconds)
    const epochs = Math.min(epochsMax, 1 + Math.floor((seconds - one.seconds) / perEpoch))
    if (epochs < least) return null
    const chosen = { ...way, epochs }
    return { overrides: chosen, estimate: await estimate({ ...overrides, ...chosen }) }
  }
}

/** The most thorough first. What the person chose is in none of them. */
function waysOf(recipe: Recipe, given: RecipeOverrides): RecipeOverrides[] {
  const isSizeFree = given.inputSizePx === undefined && given.resizePx === undefined && recipe.preset !== 'reference'
  const smaller = isSizeFree ? smallerSidesPx.filter((side) => side < recipe.inputSizePx).slice(0, 1) : []
  const sizes = [{}, ...smaller.map((inputSizePx) => ({ inputSizePx }))]
  const isDepthFree = given.trainableFrom === undefined && recipe.preset === 'fine-tune' && recipe.backbone !== null
  const depths = isDepthFree ? (['layer3', 'layer4'] as const) : []
  const [smallest = {}] = sizes.slice(-1)
  const shallower = depths.map((trainableFrom) => ({ ...smallest, trainableFrom }))
  const headAlone = isDepthFree ? [{ ...smallest, trainableFrom: 'head' as const, epochs: 0 }] : []
  return [...sizes, ...shallower, ...headAlone]
}
