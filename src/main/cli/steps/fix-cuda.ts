import { resolve } from 'node:path'
import type { CoreContract } from '../../../shared/contract/index.ts'
import type { TensorflowInstallEvent } from '../../../shared/contract/system.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Client } from '../../../shared/rpc/endpoint.ts'
import type { Context } from '../context.ts'
import { createProgress } from '../output/progress.ts'

export interface CudaFix {
  /** An address, or a file from where the command was given. */
  readonly libtensorflow?: string
  readonly sha256?: string
}

const words = {
  package: 'Looking for the package…',
  checking: 'Checking what arrived…',
  unpacking: 'Unpacking TensorFlow…',
  binding: 'Fetching the native part of the package…',
} satisfies Partial<Record<TensorflowInstallEvent['kind'], string>>

/** Installs what the cuda device runs on, and says what that was. */
export async function fixCuda(context: Context, core: Client<CoreContract>, fix: CudaFix): Promise<void> {
  const { terminal, interruption } = context
  const { libtensorflow = null, sha256 = null } = fix
  const isAddress = libtensorflow !== null && /^https?:/.test(libtensorflow)
  const source = libtensorflow === null || isAddress ? libtensorflow : resolve(context.workingFolder, libtensorflow)
  const progress = createProgress(terminal, context.now)
  try {
    const events = core.system.installTensorflow({ libtensorflow: source, sha256 }, { signal: interruption.signal })
    for await (const event of events) {
      if (event.kind === 'downloading') {
        progress.update({ what: 'Downloading', done: event.doneBytes, total: event.totalBytes, unit: 'bytes' })
        continue
      }
      progress.end()
      if (event.kind !== 'finished') terminal.note(words[event.kind])
      else terminal.note(`Installed TensorFlow ${event.version} from ${event.source}, sha256 ${event.sha256}.`)
    }
  } catch (thrown) {
    if (!interruption.signal.aborted) throw thrown
    throw new AppError('cancelled', said`Stopped. What arrived is kept: the same command goes on from there.`)
  } finally {
    progress.end()
  }
}
