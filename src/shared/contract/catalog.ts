import { z } from 'zod'
import { ClassId, ImageId } from '../domain/ids.ts'
import { Image, ImageState, UnreadableReason } from '../domain/image.ts'
import { LabelOrigin } from '../domain/label.ts'
import { Split } from '../domain/split.ts'
import { call, stream } from '../rpc/endpoint.ts'
import { inProject } from './project.ts'

/** All given conditions hold at once; an absent one does not filter. */
export const ImageFilter = z.strictObject({
  classId: z.union([ClassId, z.literal('unlabelled'), z.literal('labelled')]).optional(),
  split: z.union([Split, z.literal('none')]).optional(),
  state: ImageState.optional(),
  unreadableReason: UnreadableReason.optional(),
  origin: LabelOrigin.optional(),
  /** Part of the path, whatever its case. */
  pathContains: z.string().min(1).optional(),
  /** Only images that share their content hash with another. */
  duplicated: z.boolean().optional(),
  skipped: z.boolean().optional(),
  /** What the model that predicted last says. */
  predictedClassId: ClassId.optional(),
  /** Readable and labelled, and the model that predicted last says another class, which still exists. */
  disagrees: z.boolean().optional(),
  /** The last check of the labels doubts it, and neither its label nor its bytes have changed since, nor was it confirmed. */
  doubted: z.boolean().optional(),
  /** Readable, without a label, and predicted to be of a class that still exists. */
  suggested: z.boolean().optional(),
  /** The model that predicted last is at least this sure of what it says. */
  confidenceMin: z.number().min(0).max(1).optional(),
})
export type ImageFilter = z.infer<typeof ImageFilter>

/**
 * `uncertainty`: first the images that wait for a label, then those that are labelled or skipped, of each the least sure
 * prediction first and those without one last. `loss`: the label that the model finds least likely first, images without
 * a prediction or a label of a class that the model knows last. `doubt`: what the last check of the labels doubts most
 * first, what it did not see last. All else being equal, by path.
 */
export const ImageSort = z.enum(['path', 'newest', 'oldest', 'uncertainty', 'loss', 'doubt'])
export type ImageSort = z.infer<typeof ImageSort>

/** Which images, and in which order. */
export const ImageQuery = z.strictObject({
  filter: ImageFilter.default({}),
  sort: ImageSort.default('path'),
})
export type ImageQuery = z.infer<typeof ImageQuery>

/** Some images: by id, by relative path, or all that a filter gives. */
export const ImageSelection = z.union([
  z.strictObject({ ids: z.array(ImageId) }),
  z.strictObject({ paths: z.array(z.string()) }),
  z.strictObject({ filter: ImageFilter }),
])
export type ImageSelection = z.infer<typeof ImageSelection>

export const ImportSummary = z.strictObject({
  /** Image files found in the folder. */
  found: z.int().nonnegative(),
  added: z.int().nonnegative(),
  /** Same size and time as before: cost a stat. */
  unchanged: z.int().nonnegative(),
  changed: z.int().nonnegative(),
  /** Known files found again elsewhere by their hash, with their labels. */
  moved: z.int().nonnegative(),
  missing: z.int().nonnegative(),
  unreadable: z.int().nonnegative(),
  labelled: z.int().nonnegative(),
  /** Entries that were not read, each with its path and the reason: links out of the folder, names that are not UTF-8. */
  skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  durationMs: z.number(),
})
export type ImportSummary = z.infer<typeof ImportSummary>

export const ImportEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('walking'), found: z.int().nonnegative() }),
  z.strictObject({
    kind: z.literal('reading'),
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
    filesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  z.strictObject({ kind: z.literal('finished'), summary: ImportSummary }),
])
export type ImportEvent = z.infer<typeof ImportEvent>

export const CatalogCounts = z.strictObject({
  images: z.int().nonnegative(),
  labelled: z.int().nonnegative(),
  unlabelled: z.int().nonnegative(),
  unreadable: z.int().nonnegative(),
  missing: z.int().nonnegative(),
  duplicated: z.int().nonnegative(),
  skipped: z.int().nonnegative(),
  /** Unlabelled ones with a prediction. */
  suggested: z.int().nonnegative(),
  /** Labelled ones of which the model that predicted last says another class. */
  disagreeing: z.int().nonnegative(),
  /** Those whose label the last check doubts. */
  doubted: z.int().nonnegative(),
  /** By the split that folders gave. */
  bySplit: z.strictObject({
    train: z.int().nonnegative(),
    validation: z.int().nonnegative(),
    test: z.int().nonnegative(),
    none: z.int().nonnegative(),
  }),
})
export type CatalogCounts = z.infer<typeof CatalogCounts>

export const catalog = {
  /**
   * Brings the catalog up to date with the folder, or joins the import that does so already. When the last one leaves
   * the stream it stops after the files that are being read; what was read stays, and the next import goes on from there.
   */
  import: stream(
    inProject.extend({
      /** Sub-folders become classes of images that have no label, and train, validation and test folders splits. */
      labelsFromFolders: z.boolean().default(true),
    }),
    ImportEvent,
  ),
  /** The ids of all images of a query, in its order: what a grid scrolls through. */
  order: call(inProject.extend({ query: ImageQuery.prefault({}) }), z.strictObject({ imageIds: z.array(ImageId) })),
  /** The rows behind some ids, in the order asked for; ids that are gone are left out. */
  getMany: call(inProject.extend({ imageIds: z.array(ImageId).max(2_000) }), z.array(Image)),
  /** The first image of a query whose file name starts with `text`, or else whose path holds it, whatever its case. */
  locate: call(
    inProject.extend({ query: ImageQuery.prefault({}), text: z.string().min(1) }),
    z.strictObject({ imageId: ImageId }).nullable(),
  ),
  /** A page of images in the order of their paths, after the path `after`. */
  list: call(
    inProject.extend({
      filter: ImageFilter.default({}),
      after: z.string().nullable().default(null),
      limit: z.int().min(1).max(10_000).default(200),
    }),
    z.strictObject({ images: z.array(Image), next: z.string().nullable() }),
  ),
  counts: call(inProject, CatalogCounts),
  get: call(inProject.extend({ imageId: ImageId }), Image),
}
