import type { BackboneCard } from '../../../shared/domain/backbone.ts'
import type { CoreContract } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Client } from '../../../shared/rpc/endpoint.ts'
import type { Context } from '../context.ts'
import { createProgress } from '../output/progress.ts'

/** Downloads a backbone into the store, with progress. Interrupted, it keeps what arrived. */
export async function fetchBackbone(context: Context, core: Client<CoreContract>, name: string): Promise<BackboneCard> {
  const progress = createProgress(context.terminal, context.now)
  const { signal } = context.interruption
  try {
    for await (const event of core.backbones.fetch({ name }, { signal })) {
      if (event.kind === 'finished') return event.card
      if (event.kind === 'checking') {
        progress.end()
        context.terminal.note('Checking what arrived…')
      } else {
        progress.update({ what: 'Downloading', done: event.doneBytes, total: event.totalBytes, unit: 'bytes' })
      }
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown
    throw new AppError('cancelled', said`Stopped. What arrived is kept: the same command goes on from there.`)
  } finally {
    progress.end()
  }
  throw new AppError('internal', said`The download ended without a result. Run it again.`)
}
