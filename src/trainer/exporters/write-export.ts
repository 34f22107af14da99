import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportEvent } from '../../shared/contract/exports.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { ExportFormat } from '../../shared/domain/export.ts'
import type { ModelId } from '../../shared/domain/ids.ts'
import type { LoadedModel } from '../load-model.ts'
import { fileError } from '../weights/file-errors.ts'
import { exportFiles, jsonText, preprocessingText } from './export-files.ts'
import { modelCard } from './model-card.ts'
import type { Reference } from './reference.ts'
import { stageFolder } from './staged-folder.ts'
import { exporters } from './table.ts'
import { verifyExport, type VerifyItem } from './verify-export.ts'
import { writeGolden } from './write-golden.ts'

export interface WriteExportOptions {
  readonly modelId: ModelId
  readonly format: ExportFormat
  readonly destination: string
  readonly overwrite: boolean
  /** To compare over. */
  readonly items: readonly VerifyItem[]
  /** For the model card. */
  readonly entries: readonly DatasetEntry[]
  readonly signal: AbortSignal
}

/** Of the folder; both parts are names of ours, so it is one path part. */
export function exportName(modelId: ModelId, format: ExportFormat): string {
  return `${modelId}-${format}`
}

/**
 * Writes one format, runs it in its own runtime, and gives it its name when that agrees with the trainer. An export that
 * does not agree is kept under a name that says so, for whoever wants to find out why.
 * Errors: conflict, disk-full, no-permission, process-died, not-enough-data.
 */
export async function* writeExport(
  model: LoadedModel,
  reference: Reference,
  { modelId, format, destination, overwrite, items, entries, signal }: WriteExportOptions,
): AsyncGenerator<ExportEvent, void, undefined> {
  const exporter = exporters[format]
  yield { kind: 'writing', format }
  const staged = await stageFolder({ destination, name: exportName(modelId, format), overwrite })
  const { folder } = staged
  try {
    const { manifest } = model
    await writeFile(join(folder, exportFiles.classes), jsonText(manifest.classes))
    await writeFile(join(folder, exportFiles.preprocessing), preprocessingText(manifest.preprocessing))
    await exporter.write(model, folder)
    const verifying = verifyExport({ format, folder, items, reference, signal })
    let step = await verifying.next()
    for (; step.done !== true; step = await verifying.next()) {
      yield { kind: 'verifying', format, done: step.value, total: items.length }
    }
    const parity = step.value
    await writeGolden(folder, items, reference)
    await writeFile(join(folder, exportFiles.parity), jsonText(parity))
    await writeFile(join(folder, exportFiles.card), modelCard({ manifest, entries, parity }))
    await writeFile(join(folder, exportFiles.readme), `# ${modelId} as ${format}\n\n${exporter.describe(model)}`)
    signal.throwIfAborted()
    const createdAtMs = Date.now()
    const sizeBytes = await sizeOf(folder)
    const published = parity.passed ? await staged.publish() : await staged.publishAsFailed()
    yield { kind: 'exported', export: { modelId, format, folder: published, sizeBytes, createdAtMs, parity } }
  } catch (error) {
    throw fileError(error, folder)
  } finally {
    await staged.discard()
  }
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true })
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? sizeOf(path) : (await stat(path)).size
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
