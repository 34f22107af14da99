import { availableParallelism } from 'node:os'
import type { ExportFormat, ParityReport } from '../../shared/domain/export.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { readAhead } from '../evaluation/read-ahead.ts'
import { readPixels } from '../evaluation/read-pixels.ts'
import { createAgreementCounter, isPassed } from './agreement.ts'
import type { Reference } from './reference.ts'
import { startVerifier, type Verifier } from './start-verifier.ts'

export interface VerifyItem {
  /** Absolute path. */
  readonly file: string
  readonly contentHash: string
}

export interface VerifyOptions {
  readonly format: ExportFormat
  /** The export, which need not have its final name yet. */
  readonly folder: string
  readonly items: readonly VerifyItem[]
  readonly reference: Reference
  readonly signal: AbortSignal
}

/**
 * Runs an export in its own runtime, in a fresh process, over images, and compares it with the trainer: once from the
 * same pixels, once with each decoding and resizing the file itself. Yields how many images are done and returns the
 * report. Images that cannot be read any more are left out. Errors: process-died, not-enough-data.
 */
export async function* verifyExport(options: VerifyOptions): AsyncGenerator<number, ParityReport, undefined> {
  const { format, folder, items, reference, signal } = options
  const verifier = startVerifier()
  try {
    const { runtime } = await ask(verifier, (client) => client.open({ format, folder }, { signal }))
    const sameTensor = createAgreementCounter()
    const endToEnd = createAgreementCounter()
    const read = async (item: VerifyItem) => ({ item, ...(await readPixels(item, reference.preprocessing)) })
    const reads = readAhead(items, read, { concurrency: availableParallelism(), ahead: 16, signal })
    let done = 0
    for await (const { item, values } of reads) {
      if (values !== null) {
        const expected = await reference.probabilitiesOf(item.file, values)
        const pixels = await ask(verifier, (client) => client.runPixels({ pixels: values, count: 1 }, { signal }))
        sameTensor.add(expected, pixels.probabilities)
        const file = await ask(verifier, (client) => client.runFile({ file: item.file }, { signal }))
        if (file.probabilities !== null) endToEnd.add(expected, file.probabilities)
      }
      yield (done += 1)
    }
    const result = { sameTensor: sameTensor.result(), endToEnd: endToEnd.result() }
    if (result.sameTensor.imageCount === 0) {
      const first = items[0]?.file ?? said`the dataset has no images`
      throw new AppError(
        'not-enough-data',
        said`The export cannot be verified: none of its ${String(items.length)} images can be read (${first}).
          Put the image folder back and export again.`,
      )
    }
    return { runtime, ...result, passed: isPassed(result) }
  } finally {
    await verifier.close()
  }
}

/** Says what happened when the process dies, such as for want of memory. */
async function ask<T>(verifier: Verifier, question: (client: Verifier['client']) => Promise<T>): Promise<T> {
  try {
    return await question(verifier.client)
  } catch (error) {
    if (!isAppError(error) || error.code !== 'channel-closed') throw error
    await verifier.close()
    const reason = verifier.diedOf() ?? said`it ended`
    throw new AppError('process-died', said`The process that checks the export is gone: ${reason}.`, { cause: error })
  }
}
