import type { Recipe, RecipeOverrides } from '../../../shared/domain/recipe.ts'

/** Training images that a run looks at in all, as far as the bounds allow: few are looked at more often. */
const imagesSeen = 20_000
const epochsMin = 5
const epochsMax = 20

/** Fine-tune with the passes that suit the number of training images; what a person chose stays. */
export function suitRecipe(recipe: Recipe, chosen: RecipeOverrides, trainCount: number): Recipe {
  if (recipe.preset !== 'fine-tune' || recipe.epochs === 0 || chosen.epochs !== undefined) return recipe
  const count = Math.max(1, Math.min(trainCount, recipe.limit ?? trainCount))
  return { ...recipe, epochs: Math.min(epochsMax, Math.max(epochsMin, Math.round(imagesSeen / count))) }
}
