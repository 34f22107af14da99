import { z } from 'zod'
import { ModelId } from './ids.ts'

export const ExportFormat = z.enum(['onnx', 'tfjs', 'safetensors'])
export type ExportFormat = z.infer<typeof ExportFormat>

const Agreement = z.strictObject({
  imageCount: z.int().nonnegative(),
  /** Share of images with the same best class. */
  topOneAgreement: z.number().min(0).max(1),
  /** Images whose best class differs although the two best probabilities are more than 0.02 apart. */
  clearDisagreementCount: z.int().nonnegative(),
  probabilityDifferenceMax: z.number(),
  probabilityDifferenceMean: z.number(),
})
export type Agreement = z.infer<typeof Agreement>

/** An export compared with the trainer over real images, in its own runtime. Stored as `parity.json`. */
export const ParityReport = z.strictObject({
  runtime: z.string(),
  /** Both got the same input tensor. */
  sameTensor: Agreement,
  /** Each decoded and resized the file itself; null where the export holds no preprocessing. */
  endToEnd: Agreement.nullable(),
  passed: z.boolean(),
})
export type ParityReport = z.infer<typeof ParityReport>

export const Export = z.strictObject({
  modelId: ModelId,
  format: ExportFormat,
  folder: z.string(),
  sizeBytes: z.int().nonnegative(),
  createdAtMs: z.number(),
  parity: ParityReport,
})
export type Export = z.infer<typeof Export>
