import type { ImportSummary } from '../../../shared/contract/catalog.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Context } from '../context.ts'
import type { Workplace } from '../open-project.ts'
import { createProgress } from '../output/progress.ts'

/** Brings the catalog up to date with its folder, with progress. Interrupted, it keeps what was read. */
export async function importImages(
  context: Context,
  { core, project }: Workplace,
  { labelsFromFolders }: { readonly labelsFromFolders: boolean },
): Promise<ImportSummary> {
  const progress = createProgress(context.terminal, context.now)
  const { signal } = context.interruption
  try {
    for await (const event of core.catalog.import({ projectId: project.id, labelsFromFolders }, { signal })) {
      if (event.kind === 'finished') return event.summary
      if (event.kind === 'walking') {
        progress.update({ what: 'Looking for images', done: event.found, total: null, unit: 'images' })
      } else {
        const { done, total, filesPerSecond, secondsLeft } = event
        progress.update({ what: 'Reading images', done, total, unit: 'images', perSecond: filesPerSecond, secondsLeft })
      }
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown
    throw new AppError('cancelled', said`Stopped. What was read is kept: the same command goes on from there.`)
  } finally {
    progress.end()
  }
  throw new AppError('internal', said`The import ended without a result. Run it again.`)
}
