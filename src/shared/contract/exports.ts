import { z } from 'zod'
import { Export, ExportFormat } from '../domain/export.ts'
import { ModelId } from '../domain/ids.ts'
import { call, stream } from '../rpc/endpoint.ts'
import { inProject } from './project.ts'

export const ExportEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('writing'), format: ExportFormat }),
  z.strictObject({
    kind: z.literal('verifying'),
    format: ExportFormat,
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
  }),
  z.strictObject({ kind: z.literal('exported'), export: Export }),
])
export type ExportEvent = z.infer<typeof ExportEvent>

export const ExportReading = z.strictObject({
  /** Markdown. */
  modelCard: z.string(),
  samples: z.array(
    z.strictObject({ language: z.enum(['python', 'javascript', 'browser']), fileName: z.string(), code: z.string() }),
  ),
})
export type ExportReading = z.infer<typeof ExportReading>

export const exports = {
  /** What was exported from this project and is still where it was written, newest first. */
  list: call(inProject, z.array(Export)),
  /** About how large each format of a model would be. */
  sizes: call(
    inProject.extend({ modelId: ModelId }),
    z.array(z.strictObject({ format: ExportFormat, sizeBytes: z.int().nonnegative() })),
  ),
  /** The model card and the sample code of an export. Errors: not-found. */
  read: call(inProject.extend({ modelId: ModelId, format: ExportFormat }), ExportReading),
  /**
   * Writes each format into a folder `<modelId>-<format>` below `destination`, under a temporary name until it has
   * been verified. Existing folders are a conflict without `overwrite`.
   */
  create: stream(
    inProject.extend({
      modelId: ModelId,
      formats: z.array(ExportFormat).min(1),
      /** Absolute; null: `exports` in the project folder. */
      destination: z.string().min(1).nullable().default(null),
      overwrite: z.boolean().default(false),
      /** Images that the comparison runs over, drawn from test, then validation, then training. */
      verifyCount: z.int().min(1).max(10_000).default(200),
    }),
    ExportEvent,
  ),
}
