import { setTimeout as sleep } from 'node:timers/promises'
import type { Examination, imaging } from '../../../shared/contract/imaging.ts'
import type { UnreadableReason } from '../../../shared/domain/image.ts'
import { toAppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import type { ServiceClient } from '../../../shared/rpc/endpoint.ts'
import type { FoundFile } from './walk.ts'

/** As much of an imaging process as examining needs. */
export interface ImagingProcess {
  readonly client: Pick<ServiceClient<typeof imaging>, 'examine'>
  close(graceMs?: number): Promise<void>
}

export interface ExamineOptions {
  readonly openImaging: () => ImagingProcess
  readonly thumbnailPx: number
  readonly callsInFlight: number
  /** After which a file is given up and the process that reads it is killed. */
  readonly fileTimeLimitMs: number
  /** Ends it after the files that are being read. */
  readonly signal: AbortSignal
}

export interface Examined {
  readonly found: FoundFile
  readonly examination: Examination
}

/** Why a file got no answer: the process died under it, or time was up. */
type NoAnswer = Extract<UnreadableReason, 'decoder-died' | 'too-slow'>

/**
 * Examines files in an imaging process, several at once and in no particular order. A file that kills or blocks its
 * decoder costs exactly that file: the others that were under way are examined again, each alone, in a fresh process.
 * Errors: process-died where not even a fresh process answers.
 */
export async function* examineFiles(
  files: Iterable<FoundFile>,
  options: ExamineOptions,
): AsyncGenerator<Examined, void> {
  const reader = createReader(options)
  const waiting = files[Symbol.iterator]()
  const inFlight = new Map<FoundFile, Promise<{ found: FoundFile; answer: Examination | NoAnswer }>>()
  try {
    for (;;) {
      while (inFlight.size < options.callsInFlight && !options.signal.aborted) {
        const next = waiting.next()
        if (next.done === true) break
        const found = next.value
        inFlight.set(
          found,
          reader.read(found).then((answer) => ({ found, answer })),
        )
      }
      if (inFlight.size === 0) return
      const first = await Promise.race(inFlight.values())
      inFlight.delete(first.found)
      if (typeof first.answer !== 'string') {
        yield { found: first.found, examination: first.answer }
        continue
      }
      await reader.restart()
      const rest = await Promise.all(inFlight.values())
      inFlight.clear()
      for (const { found, answer } of [first, ...rest]) {
        yield { found, examination: typeof answer === 'string' ? await reader.readAlone(found) : answer }
      }
    }
  } finally {
    await reader.close()
  }
}

function createReader(options: ExamineOptions) {
  let imaging: ImagingProcess | null = null

  async function examine(found: FoundFile): Promise<Examination | NoAnswer> {
    imaging ??= options.openImaging()
    const used = imaging
    const timer = new AbortController()
    const timeUp = sleep(options.fileTimeLimitMs, 'too-slow' as const, { signal: timer.signal })
    // Aborting it is how it ends when the file was fast enough.
    timeUp.catch(() => undefined)
    const answer = used.client
      .examine({ file: found.file, thumbnailPx: options.thumbnailPx })
      .catch((thrown: unknown) => {
        const error = toAppError(thrown)
        if (error.code === 'process-died' || error.code === 'channel-closed') return 'decoder-died' as const
        return failedOn(found, { reason: 'corrupt', message: said`The decoder failed: ${error.message}` })
      })
    try {
      return await Promise.race([answer, timeUp])
    } finally {
      timer.abort()
    }
  }

  async function restart(): Promise<void> {
    const old = imaging
    imaging = null
    await old?.close(0)
  }

  return {
    read: examine,
    restart,
    async readAlone(found: FoundFile): Promise<Examination> {
      const answer = await examine(found)
      if (typeof answer !== 'string') return answer
      await restart()
      await assertAnswers()
      return failedOn(found, { reason: answer, message: noAnswerMessages[answer] })
    },
    close: async () => {
      await imaging?.close()
    },
  }

  /** A process that fails without any picture is our fault, not the file's. */
  async function assertAnswers(): Promise<void> {
    imaging ??= options.openImaging()
    await imaging.client.examine({ file: noSuchFile, thumbnailPx: options.thumbnailPx })
  }
}

function failedOn(
  { sizeBytes, modifiedAtMs }: FoundFile,
  why: { readonly reason: UnreadableReason; readonly message: string },
): Examination {
  return { state: 'unreadable', sizeBytes, modifiedAtMs, contentHash: null, ...why }
}

/** Asked for to see whether a process answers at all. */
const noSuchFile = '\u{10ffff}/nothing'

const noAnswerMessages: Readonly<Record<NoAnswer, Said>> = {
  'decoder-died': said`The decoder broke down over this file. Save it anew with an image program, or remove it.`,
  'too-slow': said`Reading this file took too long. Save it anew with an image program, or remove it.`,
}
