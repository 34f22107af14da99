import type { AppError } from '../errors.ts'

/** What arrived for one stream and was not taken yet; in order, the end last. */
export interface Inbox {
  readonly put: (value: unknown) => void
  readonly end: () => void
  /** Ends with an error after what arrived before it. */
  readonly fail: (error: AppError) => void
  /** Ends with an error at once; what was not taken is dropped. */
  readonly drop: (error: AppError) => void
  /** The next value, or undefined at the end. For one reader. Throws the error that the stream ended with. */
  readonly take: () => Promise<{ readonly value: unknown } | undefined>
}

export function createInbox(): Inbox {
  let values: unknown[] = []
  let ending: { readonly error: AppError | undefined } | undefined
  let wake: (() => void) | undefined

  function change(apply: () => void): void {
    if (ending !== undefined) return
    apply()
    wake?.()
  }

  return {
    put: (value) => change(() => values.push(value)),
    end: () => change(() => (ending = { error: undefined })),
    fail: (error) => change(() => (ending = { error })),
    drop: (error) => {
      values = []
      ending = { error }
      wake?.()
    },
    take: async () => {
      if (values.length === 0 && ending === undefined) {
        await new Promise<void>((resolve) => (wake = resolve))
        wake = undefined
      }
      if (values.length > 0) return { value: values.shift() }
      if (ending?.error !== undefined) throw ending.error
      return undefined
    },
  }
}
