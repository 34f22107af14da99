import type { Calibration, Evaluation } from '../../../shared/domain/metrics.ts'
import type { ModelManifest } from '../../../shared/domain/model.ts'
import { countOf, formatCount, formatPercent } from './quantities.ts'
import { formatTable } from './table.ts'

const confusionClassesMax = 12
const shownMistakes = 10

/** "93.5 % right on 400 test images (90.6 % to 95.6 %): expect 6 or 7 mistakes in 100." */
export function describeHeadline(evaluation: Evaluation): string {
  const { accuracy, accuracyInterval, imageCount, split } = evaluation
  const [low, high] = accuracyInterval
  const images = `${countOf(imageCount, `${split} image`)}`
  return (
    `${formatPercent(accuracy)} right on ${images} (${formatPercent(low)} to ${formatPercent(high)}): ` +
    `${expectedMistakes(accuracy)}.`
  )
}

/** "Over 120 labelled images, …: 84.2 % right (76.6 % to 89.6 %)." Nothing where folds were not asked. */
export function describeFolds({ foldEstimate, recipe }: Pick<ModelManifest, 'foldEstimate' | 'recipe'>): string[] {
  if (foldEstimate === null) return []
  const { imageCount, accuracy, accuracyInterval } = foldEstimate
  const [low, high] = accuracyInterval
  const how = `each judged by an output layer that was fitted without it${recipe.epochs === 0 ? '' : ', before fine-tuning'}`
  const shares = `${formatPercent(accuracy)} right (${formatPercent(low)} to ${formatPercent(high)})`
  return [`Over ${countOf(imageCount, 'labelled image')}, ${how}: ${shares}.`]
}

function expectedMistakes(accuracy: number): string {
  const perHundred = (1 - accuracy) * 100
  if (perHundred === 0) return 'no mistake among them'
  if (perHundred < 1) return 'expect less than 1 mistake in 100'
  const [low, high] = [Math.floor(perHundred + 1e-9), Math.ceil(perHundred - 1e-9)]
  return low === high
    ? `expect ${countOf(low, 'mistake')} in 100`
    : `expect ${String(low)} or ${String(high)} mistakes in 100`
}

/** "How sure it says it is lies 4.2 points off how often it is right." */
function describeCalibration({ expectedError }: Calibration): string {
  return `How sure it says it is lies ${(100 * expectedError).toFixed(1)} points off how often it is right.`
}

/** Headline, table per class, what is taken for what, and the mistakes that the model was surest of. */
export function describeEvaluation(evaluation: Evaluation): string[] {
  const { perClass, mistakes, missing, loss, calibration } = evaluation
  const sureness = calibration === null ? '' : ` ${describeCalibration(calibration)}`
  const lines = [describeHeadline(evaluation), `Mean loss ${loss.toFixed(3)}.${sureness}`, '']
  lines.push(
    ...formatTable(
      [
        { title: 'CLASS' },
        { title: 'IMAGES', align: 'right' },
        { title: 'PRECISION', align: 'right' },
        { title: 'RECALL', align: 'right' },
        { title: 'F1', align: 'right' },
      ],
      perClass.map(({ name, imageCount, precision, recall, f1 }) => [
        name,
        formatCount(imageCount),
        formatPercent(precision),
        formatPercent(recall),
        formatPercent(f1),
      ]),
    ),
  )
  lines.push('', ...describeConfusion(evaluation))
  if (mistakes.length > 0) {
    lines.push('', 'The mistakes that it was surest of:')
    lines.push(
      ...formatTable(
        [{ title: 'HOW SURE', align: 'right' }, { title: 'TAKEN FOR' }, { title: 'LABEL' }, { title: 'FILE' }],
        mistakes
          .slice(0, shownMistakes)
          .map(({ confidence, predicted, label, path }) => [formatPercent(confidence), predicted, label, path]),
      ),
    )
  }
  if (missing.length > 0) {
    lines.push('', `${countOf(missing.length, 'image')} of the dataset could not be used:`)
    lines.push(...missing.slice(0, shownMistakes).map(({ path, reason }) => `  ${path}: ${reason}`))
  }
  return lines
}

/** The whole matrix where it fits on a screen, else the pairs that are taken for each other most. */
function describeConfusion({ perClass, confusion }: Evaluation): string[] {
  const names = perClass.map(({ name }) => name)
  if (names.length <= confusionClassesMax) {
    const columns = names.map((name) => ({ title: name, align: 'right' as const }))
    const rows = names.map((name, label) => [name, ...(confusion[label] ?? []).map(formatCount)])
    return formatTable([{ title: 'LABEL \\ TAKEN FOR' }, ...columns], rows)
  }
  const pairs = confusion.flatMap((row, label) =>
    row.flatMap((count, taken) => (label !== taken && count > 0 ? [{ label, taken, count }] : [])),
  )
  if (pairs.length === 0) return ['No class was taken for another.']
  const rows = pairs
    .toSorted((a, b) => b.count - a.count)
    .slice(0, confusionClassesMax)
    .map(({ label, taken, count }) => [names[label] ?? '', names[taken] ?? '', formatCount(count)])
  return formatTable([{ title: 'LABEL' }, { title: 'TAKEN FOR' }, { title: 'IMAGES', align: 'right' }], rows)
}
