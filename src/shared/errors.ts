import { z } from 'zod'
import { said, type Said } from './said.ts'

/**
 * The closed set of ways in which Athanor refuses or fails. A code is for programs and tests; the message is for a
 * person and says what happened, to which file, and what to do.
 */
export const AppErrorCode = z.enum([
  /** The input of a call does not fit its schema. */
  'bad-input',
  /** A handler returned what its schema does not allow, or something unforeseen broke: a fault of ours. */
  'internal',
  /** The caller gave up, or the channel to it closed. */
  'cancelled',
  /** The other side of the channel went away. */
  'channel-closed',
  /** Nothing has this id, path or name. */
  'not-found',
  /** The thing exists already, or is in a state that does not allow this. */
  'conflict',
  /** The folder holds no project, or the project cannot be opened there. */
  'no-project',
  /** The catalog was written by a newer Athanor; it was left untouched. */
  'catalog-newer',
  /** The catalog is damaged; it was left untouched. */
  'catalog-damaged',
  /** The disk is full. */
  'disk-full',
  /** The file or folder may not be read or written. */
  'no-permission',
  /** A file does not hold what it should: a checkpoint, a CSV, a model. */
  'bad-file',
  /** A checkpoint or file asks for something that is never done, such as running code. */
  'refused-file',
  /** The network is needed and is not there, or the server answered with an error. */
  'offline',
  /** What arrived is not what was expected: its sha256 differs. */
  'checksum',
  /** No device can compute, or the chosen one failed its self-test. */
  'no-device',
  /** The device stopped computing while it was in use. */
  'device-lost',
  /** Memory did not suffice; `data` may hold the `microBatchSize` that was too large. */
  'out-of-memory',
  /** The loss became NaN or infinite. */
  'not-finite',
  /** A child process ended unexpectedly. */
  'process-died',
  /** There is not enough to work with: no labels, one class, no pretrained backbone. */
  'not-enough-data',
  /** A resumed run would not compute what the interrupted one did. */
  'resume-mismatch',
  /** Who asks is not allowed to. */
  'forbidden',
])
export type AppErrorCode = z.infer<typeof AppErrorCode>

/** The only error type that crosses a channel. Recognise it by `code`: class identity is lost on the way. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: AppErrorCode
  /** Details for programs, such as line numbers; plain values only. */
  readonly data: unknown

  constructor(code: AppErrorCode, message: Said, options: { data?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.data = options.data
  }
}

/** True for an AppError, also one that came from another realm or bundle. */
export function isAppError(value: unknown): value is AppError {
  return (
    value instanceof Error && value.name === 'AppError' && AppErrorCode.safeParse(Reflect.get(value, 'code')).success
  )
}

/** Any thrown value as an AppError; what is not one yet becomes `internal` and keeps its cause. */
export function toAppError(thrown: unknown): AppError {
  if (isAppError(thrown)) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('internal', said`${message}`, { cause: thrown })
}
