import { parentPort } from 'node:worker_threads'
import { makePixels, type PixelRequest } from './make-pixels.ts'
import { stepBack } from './step-back.ts'

/** What a thread answers; `read` is null where something broke that is no fault of the file. */
export interface PixelAnswer {
  readonly id: number
  readonly read: Awaited<ReturnType<typeof makePixels>> | null
  readonly error: unknown
}

stepBack()

/** Reads files while the thread that asked is busy computing. */
parentPort?.on('message', ({ id, request }: { id: number; request: PixelRequest }) => {
  makePixels(request).then(
    (read) => {
      const transfer = read.state === 'read' ? [read.pixels.values.buffer, read.whole?.words.buffer] : []
      parentPort?.postMessage(
        { id, read, error: null } satisfies PixelAnswer,
        transfer.filter((one) => one instanceof ArrayBuffer),
      )
    },
    (error: unknown) => parentPort?.postMessage({ id, read: null, error } satisfies PixelAnswer),
  )
})
