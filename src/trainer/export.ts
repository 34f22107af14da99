import { join } from 'node:path'
import type { z } from 'zod'
import type { ExportEvent } from '../shared/contract/exports.ts'
import type { trainer } from '../shared/contract/trainer.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { openClassifier } from './evaluation/open-classifier.ts'
import { createProgressGate } from './evaluation/progress-gate.ts'
import { drawEntries } from './exporters/draw-entries.ts'
import { createReference } from './exporters/reference.ts'
import { refuseExisting } from './exporters/staged-folder.ts'
import { exportName, writeExport } from './exporters/write-export.ts'
import { loadModel } from './load-model.ts'

type ExportInput = z.output<typeof trainer.export.input>

/**
 * Writes a model in the given formats, one folder each, and verifies every one against this process on its device.
 * Errors: those of loading the model, no-device, conflict, disk-full, no-permission, process-died, not-enough-data.
 */
export async function* exportModel(
  input: ExportInput,
  { signal }: HandlerContext,
): AsyncGenerator<ExportEvent, void, undefined> {
  const { modelFolder, device, modelId, destination, overwrite, imageFolder, entries, verifyCount } = input
  const model = await loadModel(modelFolder)
  if (model.manifest.id !== modelId) {
    throw new AppError('bad-file', said`${modelFolder} holds ${model.manifest.id}, not ${modelId}.`)
  }
  const formats = [...new Set(input.formats)]
  if (!overwrite) for (const format of formats) await refuseExisting(join(destination, exportName(modelId, format)))
  const classifier = await openClassifier(model, device, 'float32')
  try {
    const reference = createReference(classifier)
    const items = drawEntries(entries, verifyCount).map(({ path, contentHash }) => ({
      file: join(imageFolder, path),
      contentHash,
    }))
    for (const format of formats) {
      const isDue = createProgressGate()
      const options = { modelId, format, destination, overwrite, items, entries, signal }
      for await (const event of writeExport(model, reference, options)) {
        if (event.kind !== 'verifying' || isDue(event.done, event.total)) yield event
      }
    }
  } finally {
    await classifier.close()
  }
}
