import { z } from 'zod'
import { Export, ExportFormat } from '../domain/export.ts'
import { ModelId } from '../domain/ids.ts'
import { stream } from '../rpc/endpoint.ts'
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

export const exports = {
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
