import type { z } from 'zod'
import type { trainer } from '../../../shared/contract/trainer.ts'
import type { DeviceId } from '../../../shared/domain/device.ts'
import type { ProjectId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { backboneFolderOf } from '../backbones/backbone-folder.ts'
import type { OpenProject } from '../core-context.ts'
import { type LabelledImage, readLabelledImages } from '../datasets/labelled-images.ts'
import type { Host } from '../host.ts'
import { freezeOptionsOfRuns } from '../runs/preview-dataset.ts'
import { settleRecipe } from '../runs/settle-recipe.ts'
import { readDecisiveVersions } from '../system/decisive-versions.ts'
import { type Copies, findCopies } from './find-copies.ts'

/** What a trainer needs to learn from the labels of now as Quick does, and what it was made from. */
export interface LabelledJob {
  readonly job: Omit<z.input<typeof trainer.check.input>, 'learning'>
  readonly images: readonly LabelledImage[]
  readonly copies: Copies
  readonly classNames: readonly string[]
}

/** Errors: not-enough-data. */
export async function labelledJob(
  host: Host,
  { imageFolder, layout, reader }: OpenProject,
  options: { readonly projectId: ProjectId; readonly device: DeviceId | null; readonly writer: string },
): Promise<LabelledJob> {
  const { projectId, device, writer } = options
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
    features: { folder: layout.featuresFolder, versions: readDecisiveVersions(), writer: `${writer}-${host.now()}` },
  }
  return { job, images, copies, classNames }
}
