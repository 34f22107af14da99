/**
 * A two-way pipe of messages between two sides, whatever carries them. Messages are structured-clonable values; a
 * channel that cannot carry one throws from `send`.
 */
export interface Channel {
  send(message: unknown): void
  /** At most one listener each; set before the first message can arrive. */
  onMessage(listener: (message: unknown) => void): void
  /** Called once, whichever side closed, and at once if it is closed already. */
  onClose(listener: () => void): void
  close(): void
}
