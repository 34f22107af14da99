import { setTimeout as sleep } from 'node:timers/promises'
import type { Examination } from '../../../shared/contract/imaging.ts'
import { AppError, toAppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Host } from '../host.ts'
import { openImaging } from '../processes/open-process.ts'
import { createTurns } from './turns.ts'

export interface Rendering {
  readonly file: string
  readonly sidePxMax: number
  readonly contentHash: string | null
}

/** Decodes for the eye, in a process that may die of a file without anybody noticing but who asked for that file. */
export interface Renderer {
  /** Errors: bad-file, not-found. */
  render(rendering: Rendering): Promise<Uint8Array<ArrayBuffer>>
  /** Errors: bad-file where the decoder dies of it. */
  examine(file: string, thumbnailPx: number): Promise<Examination>
  close(): Promise<void>
}

type Imaging = ReturnType<typeof openImaging>
type Work<Result> = (client: Imaging['client']) => Promise<Result>

/** Several photographs at once; more would only wait for a core, and newer wishes behind them. */
const callsAtOnce = 4
/** Beyond what the decoder itself allows, so that it is reached only when the decoder hangs. */
const fileTimeLimitMs = 30_000
/** A process with decoders holds some 100 MB; nobody has looked at a picture for this long. */
const idleMs = 60_000

export function createRenderer(host: Host, limits = { fileTimeLimitMs, idleMs }): Renderer {
  const turns = createTurns(callsAtOnce)
  let imaging: Imaging | undefined
  let busyCount = 0
  let idleTimer: NodeJS.Timeout | undefined
  let isClosed = false

  function drop(dropped: Imaging): void {
    if (imaging === dropped) imaging = undefined
    void dropped.close(0)
  }

  async function inSharedProcess<Result>(work: Work<Result>): Promise<Result | undefined> {
    clearTimeout(idleTimer)
    busyCount += 1
    imaging ??= openImaging(host)
    const used = imaging
    try {
      return await answerOf(used, work)
    } finally {
      busyCount -= 1
      if (busyCount === 0 && imaging !== undefined) {
        const unused = imaging
        idleTimer = setTimeout(() => drop(unused), limits.idleMs).unref()
      }
    }
  }

  /** Undefined where the process died or hung; it is not used again then. */
  async function answerOf<Result>(used: Imaging, work: Work<Result>): Promise<Result | undefined> {
    const timer = new AbortController()
    const timeUp = sleep(limits.fileTimeLimitMs, undefined, { signal: timer.signal }).catch(() => undefined)
    try {
      const result = await Promise.race([work(used.client), timeUp])
      if (result === undefined) drop(used)
      return result
    } catch (thrown) {
      const { code } = toAppError(thrown)
      if (code !== 'process-died' && code !== 'channel-closed') throw thrown
      drop(used)
      return undefined
    } finally {
      timer.abort()
    }
  }

  /** Whatever was under way when a process died is tried once more, each in a process of its own. */
  async function alone<Result>(work: Work<Result>): Promise<Result> {
    const own = openImaging(host)
    try {
      const result = await answerOf(own, work)
      if (result !== undefined) return result
    } finally {
      await own.close(0)
    }
    throw new AppError('bad-file', said`The decoder broke down over this file. Save it anew with an image program.`)
  }

  function run<Result>(work: Work<Result>): Promise<Result> {
    return turns.take(async () => {
      if (isClosed) throw new AppError('cancelled', said`Athanor is closing.`)
      const result = await inSharedProcess(work)
      if (result !== undefined) return result
      if (isClosed) throw new AppError('cancelled', said`Athanor is closing.`)
      return alone(work)
    })
  }

  return {
    // Messages are cloned, so that what arrives has a buffer of its own.
    render: (rendering) => run(async (client) => new Uint8Array((await client.render(rendering)).webp)),
    examine: (file, thumbnailPx) => run((client) => client.examine({ file, thumbnailPx })),
    async close() {
      isClosed = true
      clearTimeout(idleTimer)
      await imaging?.close(0)
    },
  }
}
