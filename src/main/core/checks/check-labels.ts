import type { z } from 'zod'
import type { CheckEvent, labels } from '../../../shared/contract/labels.ts'
import type { CheckedImage } from '../../../shared/contract/trainer.ts'
import type { DoubtReason } from '../../../shared/domain/doubt.ts'
import type { ProjectId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { backboneFolderOf } from '../backbones/backbone-folder.ts'
import type { CoreContext } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { type LabelledImage, readLabelledImages } from '../datasets/labelled-images.ts'
import { listClasses } from '../labels/class-repository.ts'
import { openTrainer } from '../processes/open-process.ts'
import { freezeOptionsOfRuns } from '../runs/preview-dataset.ts'
import { settleRecipe } from '../runs/settle-recipe.ts'
import { readDecisiveVersions } from '../system/decisive-versions.ts'
import { judgeLabels, type Judgement } from './confident-learning.ts'
import { type Copies, findCopies } from './find-copies.ts'
import { findOutliers } from './find-outliers.ts'
import { type CheckedLabel, readCheckSummary, storeCheck } from './label-check-repository.ts'

type CheckInput = z.output<typeof labels.check.input>

/** The projects whose labels are being checked. */
export type Checking = Set<ProjectId>

/**
 * Holds every label against what the other images say, in a trainer process of its own, and keeps what it finds in the
 * place of what the check before found. Leaving it keeps nothing. Errors: conflict, not-enough-data, those of the trainer.
 */
export async function* checkLabels(
  { host, projects }: CoreContext,
  { projectId, device }: CheckInput,
  { checking, signal }: { readonly checking: Checking; readonly signal: AbortSignal },
): AsyncGenerator<CheckEvent, void, undefined> {
  if (checking.has(projectId)) throw new AppError('conflict', said`The labels are being checked already.`)
  const { imageFolder, layout, reader, writer } = projects.get(projectId)
  checking.add(projectId)
  try {
    const images = readLabelledImages(reader)
    const classNames = [...new Set(images.map(({ className }) => className))].toSorted()
    if (classNames.length < 2) {
      throw new AppError('not-enough-data', said`There is nothing to compare: label images of at least two classes.`)
    }
    const { recipe } = await settleRecipe(host, { preset: 'quick', overrides: { device }, datasetId: null, projectId })
    if (recipe === null) throw new AppError('internal', said`The recipe of Quick is not valid.`)
    const copies = findCopies(images, freezeOptionsOfRuns.nearDistanceBits)
    const job = {
      recipe,
      backboneFolder: backboneFolderOf(host, recipe.backbone),
      imageFolder,
      classCount: classNames.length,
      images: images.map(({ id, path, contentHash, className }, at) => ({
        ...{ imageId: id, path, contentHash, classIndex: classNames.indexOf(className) },
        group: copies.groups[at] ?? at,
      })),
      features: { folder: layout.featuresFolder, versions: readDecisiveVersions(), writer: `check-${host.now()}` },
    }
    const trainer = openTrainer(host)
    try {
      for await (const event of trainer.client.check(job, { signal })) {
        if (event.kind !== 'checked') {
          yield event
          continue
        }
        const idOf = new Map(listClasses(reader).map(({ name, id }) => [name, id]))
        const classIds = classNames.map((name) => idOf.get(name) ?? null)
        const found = judge({ images, copies, classIds, classNames }, event.images)
        transaction(writer, (tx) => storeCheck(tx, found, host.now()))
        const summary = readCheckSummary(reader)
        if (summary !== null) yield { kind: 'finished', summary, failedCount: event.failedCount }
      }
    } finally {
      await trainer.close()
    }
  } finally {
    checking.delete(projectId)
  }
}

/** A person goes through a queue, not through a third of a set: what is left over, the next check finds. */
const doubtedRatioMax = 0.1
const doubtedCountMin = 20

function mostDoubtful(judgements: readonly Judgement[]): ReadonlySet<Judgement> {
  const countMax = Math.max(doubtedCountMin, Math.ceil(judgements.length * doubtedRatioMax))
  const ofAnother = judgements.filter(({ isOfAnother }) => isOfAnother)
  return new Set(ofAnother.toSorted((a, b) => b.doubtRatio - a.doubtRatio).slice(0, countMax))
}

interface Labelled {
  readonly images: readonly LabelledImage[]
  readonly copies: Copies
  readonly classNames: readonly string[]
  /** Of the names; null where the class has gone meanwhile. */
  readonly classIds: readonly (number | null)[]
}

function judge({ images, copies, classNames, classIds }: Labelled, checked: readonly CheckedImage[]): CheckedLabel[] {
  const placeOf = new Map(images.map(({ id }, at) => [id, at]))
  const labelled = checked.flatMap((one) => {
    const at = placeOf.get(one.imageId)
    const image = at === undefined ? undefined : images[at]
    return at === undefined || image === undefined
      ? []
      : [{ ...one, at, classIndex: classNames.indexOf(image.className) }]
  })
  const judgements = judgeLabels(labelled, classNames.length)
  const doubted = mostDoubtful(judgements)
  const isOutlier = findOutliers(labelled.map(({ neighbourDistance }) => neighbourDistance))
  return labelled.flatMap(({ imageId, contentHash, classIndex, at }, row) => {
    const judgement = judgements[row]
    const classId = classIds[classIndex] ?? null
    const likelyClassId = judgement === undefined ? null : (classIds[judgement.likelyIndex] ?? null)
    if (judgement === undefined || classId === null || likelyClassId === null) return []
    const { labelProbability, likelyProbability, doubtRatio } = judgement
    const other = copies.otherwise[at] ?? null
    let reason: DoubtReason | null = null
    if (other !== null) reason = 'copy-differs'
    else if (doubted.has(judgement)) reason = 'looks-like-another'
    else if (isOutlier[row] === true) reason = 'outlier'
    const found: CheckedLabel = {
      ...{ imageId, contentHash, classId, likelyClassId, labelProbability, likelyProbability, reason },
      // One of two copies is wrong for certain; which of them, the margin says.
      doubtRatio: other === null ? doubtRatio : (1 + doubtRatio) / 2,
      otherImageId: other === null ? null : (images[other]?.id ?? null),
    }
    return [found]
  })
}
