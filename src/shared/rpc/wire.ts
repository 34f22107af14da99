import { z } from 'zod'
import { AppErrorCode } from '../errors.ts'

const id = z.int().positive()

/**
 * How many events of a stream may be on the way or waiting for a slow consumer. The producer is not asked for another
 * before the consumer took half of them, so a stream holds a bounded number of events however slow its reader is.
 */
export const streamWindow = 64

/** What the calling side sends. */
export const ToServer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('request'),
    id,
    service: z.string(),
    method: z.string(),
    input: z.unknown().optional(),
  }),
  z.strictObject({ kind: z.literal('cancel'), id }),
  /** The consumer of a stream took so many events and has room for as many again. */
  z.strictObject({ kind: z.literal('more'), id, count: z.int().positive().max(streamWindow) }),
])
export type ToServer = z.infer<typeof ToServer>

/** What the serving side sends. A call ends with `done` or `error`; a stream sends `next` before either. */
export const ToClient = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('next'), id, value: z.unknown().optional() }),
  z.strictObject({ kind: z.literal('done'), id, value: z.unknown().optional() }),
  z.strictObject({
    kind: z.literal('error'),
    id,
    code: AppErrorCode,
    message: z.string(),
    data: z.unknown().optional(),
  }),
])
export type ToClient = z.infer<typeof ToClient>

/** The id of a message that is no proper envelope, so that its sender can be told; undefined where it has none. */
export function idOf(message: unknown): number | undefined {
  return z.object({ id }).safeParse(message).data?.id
}
