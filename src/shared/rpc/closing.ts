import type { AppError } from '../errors.ts'

/** The part that all channels share: closed once, told once, and told at once to a listener that comes later. */
export interface Closing {
  readonly isClosed: () => boolean
  readonly close: (reason?: AppError) => void
  readonly onClose: (listener: (reason?: AppError) => void) => void
}

export function createClosing(): Closing {
  let closed: { readonly reason: AppError | undefined } | undefined
  let listener: ((reason?: AppError) => void) | undefined
  return {
    isClosed: () => closed !== undefined,
    close: (reason) => {
      if (closed !== undefined) return
      closed = { reason }
      listener?.(reason)
    },
    onClose: (given) => {
      listener = given
      if (closed !== undefined) given(closed.reason)
    },
  }
}
