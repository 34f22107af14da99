import { presets, Recipe } from '../../../shared/domain/recipe.ts'
import type { Preset, RecipeOverrides } from '../../../shared/domain/recipe.ts'
import { AppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'

/**
 * The complete recipe: the preset, what follows from the overrides, and the overrides themselves. The one place where
 * settings are held against each other. Errors: bad-input, naming every setting that does not go with another.
 */
export function resolveRecipe(preset: Preset, overrides: RecipeOverrides): Recipe {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  const parsed = Recipe.safeParse({ ...presets[preset], ...consequencesOf(preset, overrides), ...given })
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw new AppError('bad-input', said`${invalid} ${problems.join('; ')}.`)
  }
  const conflicts = rules.filter(({ isBroken }) => isBroken(parsed.data)).map(({ message }) => message)
  if (conflicts.length > 0) throw new AppError('bad-input', said`${conflicts.join(' ')}`, { data: { conflicts } })
  return parsed.data
}

/** What a person who changes one setting means for others that they leave alone. */
function consequencesOf(preset: Preset, overrides: RecipeOverrides): RecipeOverrides {
  const consequences: RecipeOverrides = {}
  const { resizePx, inputSizePx } = presets[preset]
  if (overrides.inputSizePx !== undefined) {
    consequences.resizePx = Math.round((overrides.inputSizePx * resizePx) / inputSizePx)
  }
  // Where left and right mean something, the mirror image says something else.
  if (overrides.horizontalFlip === false) consequences.seesMirrored = false
  const trainableFrom = overrides.trainableFrom ?? presets[preset].trainableFrom
  if (trainableFrom === 'head') {
    consequences.epochs = 0
    consequences.fitHeadFirst = true
    // What Quick and others have computed of an image serves as it is.
    consequences.seesMirrored = false
  } else if (overrides.backbone === null) {
    // What random weights see means nothing once they change.
    consequences.fitHeadFirst = false
  }
  return consequences
}

const invalid = said`The recipe is not valid.`

interface Rule {
  readonly isBroken: (recipe: Recipe) => boolean
  readonly message: Said
}

const rules: readonly Rule[] = [
  {
    isBroken: ({ inputSizePx, resizePx }) => inputSizePx > resizePx,
    message: said`inputSizePx is cut out of resizePx and cannot be larger.`,
  },
  {
    isBroken: ({ cropScaleMin, cropScaleMax }) => cropScaleMin > cropScaleMax,
    message: said`cropScaleMin cannot be larger than cropScaleMax.`,
  },
  {
    isBroken: ({ trainableFrom, epochs }) => trainableFrom === 'head' && epochs > 0,
    message: said`With trainableFrom head the output layer is fitted to convergence and epochs must be 0;
        to train for epochs, set trainableFrom to layer4 or lower.`,
  },
  {
    isBroken: ({ trainableFrom, fitHeadFirst }) => trainableFrom === 'head' && !fitHeadFirst,
    message: said`With trainableFrom head nothing but fitHeadFirst trains anything; do not switch it off.`,
  },
  {
    isBroken: ({ trainableFrom, epochs }) => trainableFrom !== 'head' && epochs === 0,
    message: said`With 0 epochs only the output layer can be trained: set trainableFrom to head, or epochs to 1 or more.`,
  },
  {
    isBroken: ({ epochs, batchSize }) => epochs > 0 && batchSize < 2,
    message: said`batchSize must be 2 or more: batch normalisation cannot learn from a single image.`,
  },
  {
    isBroken: ({ epochs, microBatchSize }) => epochs > 0 && microBatchSize !== null && microBatchSize < 2,
    message: said`microBatchSize must be 2 or more: batch normalisation cannot learn from a single image.`,
  },
]
