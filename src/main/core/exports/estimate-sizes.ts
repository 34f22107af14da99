import { statSync } from 'node:fs'
import { join } from 'node:path'
import { ExportFormat } from '../../../shared/domain/export.ts'
import type { ModelId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import { readManifest } from '../models/read-manifest.ts'

/** How often a format holds the weights: ONNX has one model for pictures and one for tensors. */
const weightCopies: Readonly<Record<ExportFormat, number>> = { onnx: 2, tfjs: 1, safetensors: 1 }

/** Pictures to check the export by, as PNG, which photographs hardly shrink in. */
const goldenCount = 4
const pngRatio = 0.9

/** About how many bytes each format of a model takes. Errors: not-found, bad-file. */
export function estimateSizes(project: OpenProject, modelId: ModelId): { format: ExportFormat; sizeBytes: number }[] {
  const { cropPx } = readManifest(project, modelId).preprocessing
  const file = join(project.layout.modelFolder(modelId), 'weights.safetensors')
  const weightBytes = statSync(file, { throwIfNoEntry: false })?.size
  if (weightBytes === undefined) {
    throw new AppError('bad-file', said`${file} is gone. Restore it from a back-up, or train again.`)
  }
  const goldenBytes = Math.round(goldenCount * cropPx ** 2 * 3 * pngRatio)
  return ExportFormat.options.map((format) => ({ format, sizeBytes: weightCopies[format] * weightBytes + goldenBytes }))
}
