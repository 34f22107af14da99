import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { Agreement, ParityReport } from '../../shared/domain/export.ts'
import type { Evaluation } from '../../shared/domain/metrics.ts'
import type { ModelManifest } from '../../shared/domain/model.ts'
import { Split } from '../../shared/domain/split.ts'
import { literal, percent, table } from './markdown.ts'

export interface CardOptions {
  readonly manifest: ModelManifest
  /** Of the dataset that the model was trained on. */
  readonly entries: readonly DatasetEntry[]
  readonly parity: ParityReport
}

/** `model-card.md`: what the model is for, how good it is, what it was made of and where it ends. */
export function modelCard({ manifest, entries, parity }: CardOptions): string {
  return [
    `# Model card: ${manifest.id}`,
    overviewOf(manifest),
    '## How good it is',
    ...manifest.evaluations.map((evaluation) => evaluationText(evaluation, manifest.classes)),
    ...foldsText(manifest),
    ...(manifest.evaluations.length === 0 ? ['It has not been evaluated: the dataset has no images to do so.'] : []),
    '## What it was made of',
    dataText(manifest, entries),
    trainingText(manifest),
    '## Whether the export computes the same',
    parityText(parity),
    '## Limits',
    limitsText(manifest),
    '',
  ].join('\n\n')
}

function overviewOf({ architecture, classes, createdAtMs }: ModelManifest): string {
  const names = classes.map((name) => `- ${literal(name)}`).join('\n')
  return `Tells which one of ${String(classes.length)} classes a picture shows. The network is a ${architecture}, made by Athanor on ${new Date(
    createdAtMs,
  )
    .toISOString()
    .slice(0, 10)}. The classes, in the order of the outputs:\n\n${names}`
}

function evaluationText(evaluation: Evaluation, classes: readonly string[]): string {
  const {
    split,
    imageCount,
    correctCount,
    accuracy,
    accuracyInterval,
    loss,
    calibration,
    perClass,
    confusion,
    missing,
  } = evaluation
  const [low, high] = accuracyInterval
  const lost = missing.length === 0 ? '' : ` ${String(missing.length)} images were gone or had changed.`
  const calibrated =
    calibration === null ? '' : `, expected calibration error ${percent(calibration.expectedError)} (ten equal bins)`
  const perClassRows = perClass.map(({ name, imageCount, precision, recall, f1 }) => [
    literal(name),
    String(imageCount),
    percent(precision),
    percent(recall),
    percent(f1),
  ])
  const confusionRows = confusion.map((row, index) => [literal(classes[index] ?? ''), ...row.map(String)])
  return [
    `### On the ${split} images`,
    `Accuracy **${percent(accuracy)}** (${String(correctCount)} of ${String(imageCount)}; 95 % interval ${percent(low)} to ${percent(high)}), mean cross-entropy ${loss.toFixed(3)}${calibrated}.${lost}`,
    table(['class', 'images', 'precision', 'recall', 'F1'], perClassRows),
    'Counts by label (rows) and prediction (columns):',
    table(['label', ...classes.map(literal)], confusionRows),
  ].join('\n\n')
}

function foldsText({ foldEstimate, recipe }: ModelManifest): string[] {
  if (foldEstimate === null) return []
  const { foldCount, imageCount, correctCount, accuracy, accuracyInterval } = foldEstimate
  const [low, high] = accuracyInterval
  const whose = recipe.epochs === 0 ? 'an output layer' : 'the output layer before fine-tuning, each time'
  return [
    `### Over all labelled images, in ${String(foldCount)} folds`,
    `The test images are few. Where each labelled image is judged by ${whose} fitted without it and its copies, **${percent(accuracy)}** are right (${String(correctCount)} of ${String(imageCount)}; 95 % interval ${percent(low)} to ${percent(high)}, copies counted as one).`,
  ]
}

function dataText({ classes, datasetId, datasetHash }: ModelManifest, entries: readonly DatasetEntry[]): string {
  const rows = classes.map((name, classIndex) => [
    literal(name),
    ...Split.options.map((split) =>
      String(entries.filter((entry) => entry.split === split && entry.classIndex === classIndex).length),
    ),
  ])
  return `Labelled images, split before training (${datasetId}, sha256 \`${datasetHash}\`):\n\n${table(
    ['class', ...Split.options],
    rows,
  )}`
}

function trainingText({ recipe, backbone, device, versions, runId, weightsSha256 }: ModelManifest): string {
  const start =
    backbone === null
      ? 'It started from random weights.'
      : `It started from the pretrained weights ${literal(backbone.name)} (source: ${literal(backbone.source)}; sha256 \`${backbone.sha256}\`; licence: **${literal(backbone.licence)}**), and what their licence asks for holds for this model too.`
  const settings = Object.entries(recipe).map(([name, value]) => [`\`${name}\``, literal(String(value))])
  const libraries = Object.entries(versions).map(([name, version]) => `${literal(name)} ${literal(version)}`)
  return [
    start,
    `Trained in ${runId} on the device ${device} with these settings:`,
    table(['setting', 'value'], settings),
    `Weights: sha256 \`${weightsSha256}\`. Versions: ${libraries.join(', ')}.`,
  ].join('\n\n')
}

function parityText({ runtime, sameTensor, endToEnd, passed }: ParityReport): string {
  const row = (name: string, agreement: Agreement) => [
    name,
    String(agreement.imageCount),
    percent(agreement.topOneAgreement),
    agreement.probabilityDifferenceMax.toExponential(1),
    agreement.probabilityDifferenceMean.toExponential(1),
  ]
  const rows = [row('from the same pixels', sameTensor)]
  if (endToEnd !== null) rows.push(row('from the file, decoded and resized anew', endToEnd))
  const verdict = passed ? 'It passed.' : '**It did not pass: do not use this export.**'
  return `Run again in a fresh process by ${literal(runtime)} over images of the dataset, and compared with the trainer. ${verdict}\n\n${table(
    ['comparison', 'images', 'same class', 'largest difference', 'mean difference'],
    rows,
  )}\n\nDifferences are of probabilities. The figures are in \`parity.json\`.`
}

function limitsText({ preprocessing: { resizePx, seesMirrored } }: ModelManifest): string {
  const mirrored =
    seesMirrored === true
      ? [
          '- It also looks at the mirror image of each picture and takes the mean: what differs in left and right alone it can hardly tell apart.',
        ]
      : []
  return [
    ...mirrored,
    '- It answers one of its classes for every picture, also for one that shows none of them, and a high probability does not mean that the picture is of a kind that it knows.',
    '- The figures hold for pictures like those it was evaluated on. Another camera, light, viewpoint or crop can be worse.',
    `- The whole picture is squashed to ${String(resizePx)}x${String(resizePx)} pixels: what is small in it is lost.`,
    '- Probabilities are as the network gives them: nothing corrects how sure it is.',
    '- `golden/` holds a few pictures cut out of the images it was made of. Delete the folder and `golden.json` before publishing if these are private.',
  ].join('\n')
}
