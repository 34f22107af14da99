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
})
export type ImageFilter = z.infer<typeof ImageFilter>

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
})
export type CatalogCounts = z.infer<typeof CatalogCounts>

export const catalog = {
  /**
   * Brings the catalog up to date with the folder. Leaving the stream stops it after the files that are being read;
   * what was read stays, and the next import goes on from there.
   */
  import: stream(
    inProject.extend({
      /** Sub-folders become classes of images that have no label, and train, validation and test folders splits. */
      labelsFromFolders: z.boolean().default(true),
    }),
    ImportEvent,
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
