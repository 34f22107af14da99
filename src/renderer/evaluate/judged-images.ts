import type { ImageId } from '../../shared/domain/ids.ts'
import type { Evaluation } from '../../shared/domain/metrics.ts'

/** One image of an evaluation with what the model made of it, by the names of then. */
export interface JudgedImage {
  readonly imageId: ImageId | null
  readonly path: string
  readonly label: string
  readonly predicted: string
  readonly confidence: number
}

/** Part of the confusion matrix, by class index: a cell, the mistakes of a row or of a column, or all mistakes. */
export interface MatrixChoice {
  readonly label: number | null
  readonly predicted: number | null
}

export const allMistakes: MatrixChoice = { label: null, predicted: null }

/** Reads a choice from the page's parameters; what is no class of this model counts as not chosen. */
export function parseMatrixChoice(label: string | null, predicted: string | null, classCount: number): MatrixChoice {
  const index = (text: string | null) => {
    const value = text !== null && /^\d{1,6}$/.test(text) ? Number(text) : null
    return value !== null && value < classCount ? value : null
  }
  return { label: index(label), predicted: index(predicted) }
}

/**
 * The images of a choice. Mistakes come most confident first, right ones least confident first: both ways what is worth
 * a look stands on top. Null where the model is too old to know: only its mistakes were kept.
 */
export function imagesOfChoice(
  evaluation: Pick<Evaluation, 'outcomes' | 'mistakes'>,
  classes: readonly string[],
  choice: MatrixChoice,
): readonly JudgedImage[] | null {
  const isDiagonal = choice.label !== null && choice.label === choice.predicted
  const { outcomes, mistakes } = evaluation
  if (outcomes.length === 0) {
    if (isDiagonal) return null
    const isChosen = (index: number | null, name: string) => index === null || classes[index] === name
    return mistakes.filter(
      ({ label, predicted }) => isChosen(choice.label, label) && isChosen(choice.predicted, predicted),
    )
  }
  const chosen = outcomes.filter(
    ({ label, predicted }) =>
      (label !== predicted || isDiagonal) &&
      (choice.label === null || label === choice.label) &&
      (choice.predicted === null || predicted === choice.predicted),
  )
  const direction = isDiagonal ? 1 : -1
  return chosen
    .toSorted((a, b) => direction * (a.confidence - b.confidence) || (a.path < b.path ? -1 : 1))
    .map(({ imageId, path, label, predicted, confidence }) => ({
      imageId,
      path,
      label: classes[label] ?? '',
      predicted: classes[predicted] ?? '',
      confidence,
    }))
}
