import type { Export, ExportFormat } from '../../src/shared/domain/export.ts'
import type { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { ModelId } from '../../src/shared/domain/ids.ts'
import { exportModel } from '../../src/trainer/export.ts'

export interface RunExportOptions {
  readonly modelFolder: string
  readonly imageFolder: string
  readonly entries: readonly DatasetEntry[]
  readonly formats: readonly ExportFormat[]
  readonly destination: string
  readonly overwrite?: boolean
  readonly verifyCount?: number
}

/** Exports on the wasm device to the end and gives what was exported, in order. */
export async function runExport(options: RunExportOptions): Promise<Export[]> {
  const exported: Export[] = []
  const { entries, formats, overwrite = false, verifyCount = 1000, ...folders } = options
  const input = {
    ...folders,
    device: 'wasm' as const,
    modelId: ModelId.parse('model-1'),
    formats: [...formats],
    overwrite,
    entries: [...entries],
    verifyCount,
  }
  for await (const event of exportModel(input, { signal: new AbortController().signal })) {
    if (event.kind === 'exported') exported.push(event.export)
  }
  return exported
}
