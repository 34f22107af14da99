import { AppError } from '../errors.ts'
import { said } from '../said.ts'
import type { Channel } from './channel.ts'
import { createClosing, type Closing } from './closing.ts'

interface End {
  readonly channel: Channel
  readonly closing: Closing
  receive(message: unknown): void
}

/** Both ends of a channel inside one program. Messages are cloned, so neither side can reach into the other. */
export function createMemoryChannels(): readonly [Channel, Channel] {
  const ends: readonly [End, End] = [createEnd(() => ends[1]), createEnd(() => ends[0])]
  return [ends[0].channel, ends[1].channel]
}

function createEnd(other: () => End): End {
  const closing = createClosing()
  let listener: ((message: unknown) => void) | undefined
  return {
    closing,
    receive: (message) => {
      if (!closing.isClosed()) listener?.(message)
    },
    channel: {
      send: (message) => {
        if (closing.isClosed()) throw new AppError('channel-closed', said`The channel is closed.`)
        const copy = structuredClone(message)
        // Later, as on every real channel, so that nobody comes to rely on an answer within the same turn.
        queueMicrotask(() => other().receive(copy))
      },
      onMessage: (given) => {
        listener = given
      },
      onClose: closing.onClose,
      close: () => {
        closing.close()
        queueMicrotask(() => other().closing.close())
      },
    },
  }
}
