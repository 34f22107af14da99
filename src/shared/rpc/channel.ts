import type { AppError } from '../errors.ts'

/**
 * A two-way pipe of messages between two sides, whatever carries them. Messages are plain structured-clonable values;
 * a channel that cannot carry one throws from `send`, and so does one that is closed.
 */
export interface Channel {
  readonly send: (message: unknown) => void
  /** At most one listener each; set before the first message can arrive. */
  readonly onMessage: (listener: (message: unknown) => void) => void
  /**
   * Called once, whichever side closed, and at once if it is closed already. The reason is there where more is known
   * than that the channel closed, such as how the process at its other end died.
   */
  readonly onClose: (listener: (reason?: AppError) => void) => void
  readonly close: () => void
}
