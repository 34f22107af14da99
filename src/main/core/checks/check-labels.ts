import type { z } from 'zod'
import type { CheckEvent, labels } from '../../../shared/contract/labels.ts'
import type { CheckedImage } from '../../../shared/contract/trainer.ts'
import type { DoubtReason } from '../../../shared/domain/doubt.ts'
import type { ProjectId } from '../../../shared/domain/ids.ts'
import { presets, type Recipe } from '../../../shared/domain/recipe.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { CoreContext } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { listClasses } from '../labels/class-repository.ts'
import { openTrainer } from '../processes/open-process.ts'
import { suitRecipe } from '../runs/suit-recipe.ts'
import { judgeLabels, keepDoubt, type Judgement } from './confident-learning.ts'
import { findOutliers } from './find-outliers.ts'
import { labelledJob, type LabelledJob } from './labelled-job.ts'
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
  { projectId, device, thorough }: CheckInput,
  { checking, signal }: { readonly checking: Checking; readonly signal: AbortSignal },
): AsyncGenerator<CheckEvent, void, undefined> {
  if (checking.has(projectId)) throw new AppError('conflict', said`The labels are being checked already.`)
  const project = projects.get(projectId)
  const { reader, writer } = project
  checking.add(projectId)
  try {
    const labelled = await labelledJob(host, project, { projectId, device, writer: 'check' })
    const learning = thorough ? learningRecipe(labelled.job.recipe, labelled.images.length) : null
    const trainer = openTrainer(host)
    try {
      for await (const event of trainer.client.check({ ...labelled.job, learning }, { signal })) {
        if (event.kind !== 'checked') {
          yield event
          continue
        }
        const idOf = new Map(listClasses(reader).map(({ name, id }) => [name, id]))
        const classIds = labelled.classNames.map((name) => idOf.get(name) ?? null)
        const found = judge({ ...labelled, classIds }, event.images)
        transaction(writer, (tx) =>
          storeCheck(tx, found, {
            atMs: host.now(),
            thorough: event.images.some(({ whileLearning }) => whileLearning !== null),
          }),
        )
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

/** In more passes few images are learnt by heart, wrong labels as well. */
const passesMax = 10

/** As Fine-tune learns from so many images, at the size at which the backbone has seen them. */
function learningRecipe({ backbone, architecture, inputSizePx, resizePx, device }: Recipe, imageCount: number): Recipe {
  const recipe = { ...presets['fine-tune'], backbone, architecture, inputSizePx, resizePx, device }
  const suited = suitRecipe(recipe, {}, { trainCount: imageCount, isFromShipped: false })
  return { ...suited, epochs: Math.min(passesMax, suited.epochs) }
}

/** A person goes through a queue, not through a third of a set: what is left over, the next check finds. */
const doubtedRatioMax = 0.1
const doubtedCountMin = 20

function mostDoubtful(judgements: readonly Judgement[]): ReadonlySet<Judgement> {
  const countMax = Math.max(doubtedCountMin, Math.ceil(judgements.length * doubtedRatioMax))
  const ofAnother = judgements.filter(({ isOfAnother }) => isOfAnother)
  return new Set(ofAnother.toSorted((a, b) => b.doubtRatio - a.doubtRatio).slice(0, countMax))
}

interface Labelled extends Omit<LabelledJob, 'job'> {
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
  const unseen = judgeLabels(labelled, classNames.length)
  const judgements = judgeLabels(labelled.map(withLearning), classNames.length).map((judgement, row) =>
    keepDoubt(judgement, unseen[row] ?? judgement),
  )
  const doubted = mostDoubtful(judgements)
  const isOutlier = findOutliers(labelled.map(({ neighbourDistance }) => neighbourDistance))
  return labelled.flatMap(({ imageId, contentHash, classIndex, at }, row) => {
    const judgement = judgements[row]
    const classId = classIds[classIndex] ?? null
    const [likelyClassId, unseenClassId] = [judgement, unseen[row]].map(
      (one) => classIds[one?.likelyIndex ?? -1] ?? null,
    )
    if (judgement === undefined || classId === null || likelyClassId == null || unseenClassId == null) return []
    const { labelProbability, likelyProbability, doubtRatio } = judgement
    const other = copies.otherwise[at] ?? null
    let reason: DoubtReason | null = null
    if (other !== null) reason = 'copy-differs'
    else if (doubted.has(judgement)) reason = 'looks-like-another'
    else if (isOutlier[row] === true) reason = 'outlier'
    const found: CheckedLabel = {
      ...{ imageId, contentHash, classId, likelyClassId, unseenClassId, labelProbability, likelyProbability, reason },
      // One of two copies is wrong for certain; which of them, the margin says.
      doubtRatio: other === null ? doubtRatio : (1 + doubtRatio) / 2,
      otherImageId: other === null ? null : (images[other]?.id ?? null),
    }
    return [found]
  })
}

/** Both opinions count alike: fits that never saw the image, and a network that was learning its label. */
function withLearning<L extends CheckedImage>(label: L): Omit<L, 'probabilities'> & { probabilities: number[] } {
  const { probabilities, whileLearning } = label
  return { ...label, probabilities: Array.from(probabilities, (one, at) => (one + (whileLearning?.[at] ?? one)) / 2) }
}
