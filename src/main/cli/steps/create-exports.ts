import type { Export, ExportFormat } from '../../../shared/domain/export.ts'
import type { ModelId } from '../../../shared/domain/ids.ts'
import type { Context } from '../context.ts'
import type { Workplace } from '../open-project.ts'
import { createProgress } from '../output/progress.ts'

export interface ExportWish {
  readonly modelId: ModelId
  readonly formats: ExportFormat[]
  /** Absolute; null: below the project folder. */
  readonly destination: string | null
  readonly overwrite: boolean
  readonly verifyCount?: number
}

/** Writes and verifies each format, with progress. */
export async function createExports(
  context: Context,
  { core, project }: Workplace,
  wish: ExportWish,
): Promise<Export[]> {
  const progress = createProgress(context.terminal, context.now)
  const { signal } = context.interruption
  const exports: Export[] = []
  try {
    for await (const event of core.exports.create({ projectId: project.id, ...wish }, { signal })) {
      if (event.kind === 'exported') exports.push(event.export)
      else if (event.kind === 'verifying') {
        const { format, done, total } = event
        progress.update({ what: `Comparing ${format} with the model`, done, total, unit: 'images' })
      }
    }
  } finally {
    progress.end()
  }
  return exports
}
