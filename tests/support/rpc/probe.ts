import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { AppError, AppErrorCode } from '../../../src/shared/errors.ts'
import { said } from '../../../src/shared/said.ts'
import { call, nothing, stream, type Contract, type Handlers } from '../../../src/shared/rpc/endpoint.ts'

const anything = z.strictObject({ value: z.unknown().optional() })
const number = z.int().nonnegative()

/** One method for each way in which a call or a stream can go. */
export const probeContract = {
  probe: {
    echo: call(z.strictObject({ text: z.string(), optional: z.string().optional() }), z.unknown()),
    echoLater: call(z.strictObject({ text: z.string(), delayMs: number }), z.string()),
    refuse: call(z.strictObject({ code: AppErrorCode }), nothing),
    break: call(nothing, nothing),
    answerWrongly: call(nothing, z.strictObject({ count: number })),
    answerUnclonably: call(anything, z.unknown()),
    failUnclonably: call(nothing, nothing),
    wait: call(nothing, nothing),
    count: stream(z.strictObject({ to: number }), number),
    /** Gives one event and then waits for a signal that only an abort gives. */
    hold: stream(nothing, number),
    /** As `hold`, but deaf to its signal: only `return` ends it. */
    holdDeaf: stream(nothing, number),
    countWrongly: stream(nothing, number),
    countUnclonably: stream(nothing, z.unknown()),
    countThenRefuse: stream(z.strictObject({ to: number }), number),
    /** What the serving side saw. */
    seen: call(nothing, z.strictObject({ produced: number, started: number, cleaned: number })),
    hangUp: call(nothing, nothing),
  },
} satisfies Contract

export interface ProbeRecord {
  /** Events that `count` made. */
  produced: number
  /** Calls of `wait` and `hold`, and how many of them ran their `finally`. */
  started: number
  cleaned: number
}

export function createProbe(
  onCleaned: () => void,
  hangUp: () => void,
): { readonly record: ProbeRecord; readonly handlers: Handlers<typeof probeContract> } {
  const record: ProbeRecord = { produced: 0, started: 0, cleaned: 0 }
  async function holdUntilAborted(signal: AbortSignal): Promise<void> {
    await sleep(60_000, undefined, { signal, ref: false }).catch(() => undefined)
    signal.throwIfAborted()
  }
  function clean(): void {
    record.cleaned += 1
    onCleaned()
  }
  return {
    record,
    handlers: {
      probe: {
        echo: (input) => input,
        echoLater: async ({ text, delayMs }) => {
          await sleep(delayMs)
          return text
        },
        refuse: ({ code }) => {
          throw new AppError(code, said`bun.csv has a bad line; repair line 7`, { data: { lines: [7] } })
        },
        break: () => {
          throw new TypeError('the flask broke\n    at secret (file.ts:1:1)')
        },
        answerWrongly: () => ({ count: -1 }),
        answerUnclonably: () => ({ callback: () => 1 }),
        failUnclonably: () => {
          throw new AppError('conflict', said`the details cannot travel`, { data: { callback: () => 1 } })
        },
        wait: async (_, { signal }) => {
          record.started += 1
          try {
            await holdUntilAborted(signal)
            return {}
          } finally {
            clean()
          }
        },
        count: async function* ({ to }) {
          for (let value = 0; value < to; value += 1) {
            record.produced += 1
            yield value
          }
        },
        hold: async function* (_, { signal }) {
          record.started += 1
          try {
            yield 0
            await holdUntilAborted(signal)
          } finally {
            clean()
          }
        },
        holdDeaf: () => {
          let isFirst = true
          const iterator: AsyncIterator<number> = {
            next: () => {
              if (!isFirst) return new Promise(() => undefined)
              isFirst = false
              return Promise.resolve({ done: false, value: 0 })
            },
            return: () => {
              clean()
              return Promise.resolve({ done: true, value: undefined })
            },
          }
          return { [Symbol.asyncIterator]: () => iterator }
        },
        countWrongly: async function* () {
          yield 0
          yield -1
        },
        countUnclonably: async function* () {
          yield 0
          yield { callback: () => 1 }
        },
        countThenRefuse: async function* ({ to }) {
          for (let value = 0; value < to; value += 1) yield value
          throw new AppError('disk-full', said`the disk is full`)
        },
        seen: () => ({ ...record }),
        hangUp: () => {
          setTimeout(hangUp, 0)
          return {}
        },
      },
    },
  }
}
