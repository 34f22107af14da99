import type { Evaluation, Outcome } from '../../shared/domain/metrics.ts'
import type { JudgedImage } from './judged-images.ts'

export interface JudgedModel {
  readonly classes: readonly string[]
  readonly evaluation: Pick<Evaluation, 'outcomes'>
}

/** An image that the two models judged differently, with what the later one says. */
export interface ChangedImage extends JudgedImage {
  readonly predictedBefore: string
  /** The label was another one when the earlier model was evaluated. */
  readonly isRelabelled: boolean
}

export interface Comparison {
  /** Images that both models judged: only these can be compared. */
  readonly commonCount: number
  readonly onlyEarlierCount: number
  readonly onlyLaterCount: number
  /** Shares of the common images that each got right, by the labels of its time. */
  readonly earlierAccuracy: number
  readonly laterAccuracy: number
  readonly fixed: readonly ChangedImage[]
  readonly broken: readonly ChangedImage[]
}

/** What a later model gets right that an earlier one did not, and the other way round, image by image. */
export function compareEvaluations(earlier: JudgedModel, later: JudgedModel): Comparison {
  const before = new Map(earlier.evaluation.outcomes.map((outcome) => [keyOf(outcome), outcome]))
  const pairs = later.evaluation.outcomes.flatMap((after) => {
    const match = before.get(keyOf(after))
    return match === undefined ? [] : [{ before: match, after }]
  })
  const changed = (wasRight: boolean) =>
    pairs
      .filter((pair) => isRight(pair.before) === wasRight && isRight(pair.after) !== wasRight)
      .toSorted((a, b) => b.after.confidence - a.after.confidence)
      .map((pair) => changedImage(pair.before, pair.after, { earlier, later }))
  const rightShare = (side: 'before' | 'after') =>
    pairs.length === 0 ? 0 : pairs.filter((pair) => isRight(pair[side])).length / pairs.length
  return {
    commonCount: pairs.length,
    onlyEarlierCount: earlier.evaluation.outcomes.length - pairs.length,
    onlyLaterCount: later.evaluation.outcomes.length - pairs.length,
    earlierAccuracy: rightShare('before'),
    laterAccuracy: rightShare('after'),
    fixed: changed(false),
    broken: changed(true),
  }
}

/** Images that have left the catalog are known by their path alone. */
function keyOf({ imageId, path }: Outcome): string {
  return imageId === null ? `path ${path}` : `image ${String(imageId)}`
}

function isRight({ label, predicted }: Outcome): boolean {
  return label === predicted
}

function changedImage(
  before: Outcome,
  after: Outcome,
  { earlier, later }: { readonly earlier: JudgedModel; readonly later: JudgedModel },
): ChangedImage {
  const labelBefore = earlier.classes[before.label] ?? ''
  const label = later.classes[after.label] ?? ''
  return {
    imageId: after.imageId,
    path: after.path,
    label,
    predicted: later.classes[after.predicted] ?? '',
    confidence: after.confidence,
    predictedBefore: earlier.classes[before.predicted] ?? '',
    isRelabelled: labelBefore !== label,
  }
}
