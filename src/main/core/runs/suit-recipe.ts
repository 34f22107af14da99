import type { Recipe, RecipeOverrides } from '../../../shared/domain/recipe.ts'

/** Training images that a run looks at in all, as far as the bounds allow: few are looked at more often. */
const imagesSeen = 20_000
const epochsMin = 5
/** No more passes over the same images than were found to be worth their time. */
export const epochsMax = 40

/**
 * What a run waits for something better: the best comes with the small steps at the end of the cosine, so that the ups and
 * downs of the first half end nothing.
 */
const patienceRatio = 0.5

/**
 * What was learned from drawn pictures has far to go to photographs: a run over few images, or in few passes, takes
 * larger steps.
 */
const fewStepsLearningRate = 0.02
/** Images seen in all, in 375 updates of Fine-tune's. */
const fewSeen = 12_000

export interface SetToSuit {
  readonly trainCount: number
  readonly isFromShipped: boolean
}

/** Fine-tune with the passes, the patience and the rate that suit the number of training images; what a person chose stays. */
export function suitRecipe(recipe: Recipe, chosen: RecipeOverrides, { trainCount, isFromShipped }: SetToSuit): Recipe {
  if (recipe.preset !== 'fine-tune' || recipe.epochs === 0) return recipe
  const count = Math.max(1, Math.min(trainCount, recipe.limit ?? trainCount))
  const epochs = chosen.epochs ?? Math.min(epochsMax, Math.max(epochsMin, Math.round(imagesSeen / count)))
  const suited = { ...recipe, epochs, earlyStopPatience: patienceOf({ ...recipe, epochs }, chosen) }
  const isRateFree = chosen.learningRate === undefined && chosen.lossReduction === undefined
  const areFew = count * epochsMax <= imagesSeen || count * epochs <= fewSeen
  return isFromShipped && isRateFree && areFew ? { ...suited, learningRate: fewStepsLearningRate } : suited
}

function patienceOf(
  { earlyStopPatience, epochs, schedule }: Recipe,
  chosen: RecipeOverrides,
): Recipe['earlyStopPatience'] {
  if (chosen.earlyStopPatience !== undefined || earlyStopPatience === null || schedule === 'constant')
    return earlyStopPatience
  return Math.min(patienceMax, Math.max(earlyStopPatience, Math.ceil(patienceRatio * epochs)))
}

/** Of the setting. */
const patienceMax = 100
