import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Channel } from '../../src/shared/rpc/channel.ts'
import { createClient } from '../../src/shared/rpc/client.ts'
import { createMemoryChannels } from '../../src/shared/rpc/memory-channel.ts'
import { serve } from '../../src/shared/rpc/server.ts'
import { createProbe, probeContract } from '../support/rpc/probe.ts'

const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(() => {
  process.on('unhandledRejection', note)
  process.on('uncaughtException', note)
})
afterAll(() => {
  process.off('unhandledRejection', note)
  process.off('uncaughtException', note)
})

const names = fc.oneof(
  fc.constantFrom('probe', 'echo', 'count', 'hold', 'toString', '__proto__', 'constructor', 'hasOwnProperty'),
  fc.string(),
)
const ids = fc.oneof(fc.integer({ min: -1, max: 5 }), fc.double(), fc.string())
const values = fc.oneof(fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true }), fc.jsonValue())
const wildMessages = fc.oneof(
  fc.record(
    {
      kind: fc.constantFrom('request', 'cancel', 'more', 'next'),
      id: ids,
      service: names,
      method: names,
      input: values,
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constant('request'), id: ids, service: fc.constant('probe'), method: names, input: values }),
  fc.record({ kind: fc.constant('more'), id: ids, count: fc.oneof(fc.integer(), fc.double()) }),
  values,
)

/** Sends it where it can be sent at all. */
function sendWildly(channel: Channel, message: unknown): void {
  try {
    channel.send(message)
  } catch {
    return
  }
}

test('no message makes the serving side throw, fall silent or forget others', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wildMessages, { maxLength: 8 }), async (messages) => {
      const [near, far] = createMemoryChannels()
      const { handlers } = createProbe(
        () => undefined,
        () => undefined,
      )
      const { ended } = serve(probeContract, handlers, far)
      for (const message of messages) sendWildly(near, message)
      const answered = new Promise((resolve) => {
        near.onMessage((reply) => {
          if (Reflect.get(reply as object, 'id') === 999) resolve(reply)
        })
      })
      near.send({ kind: 'request', id: 999, service: 'probe', method: 'echo', input: { text: 'still there' } })
      await expect(answered).resolves.toMatchObject({ kind: 'done', value: { text: 'still there' } })
      near.close()
      await ended
    }),
    { numRuns: 1_000 },
  )
  expect(unhandled).toEqual([])
})

test('no reply makes the calling side throw', async () => {
  const wildReplies = fc.oneof(
    fc.record(
      {
        kind: fc.constantFrom('next', 'error', 'done'),
        id: ids,
        value: values,
        code: names,
        message: names,
        data: values,
      },
      { requiredKeys: ['kind'] },
    ),
    values,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(wildReplies, { maxLength: 8 }), async (replies) => {
      const [near, far] = createMemoryChannels()
      const client = createClient(probeContract, near).probe
      const call = client.wait({}).catch(() => 'rejected')
      const events = client.hold({})[Symbol.asyncIterator]()
      const next = events.next().catch(() => 'rejected')
      for (const reply of replies) sendWildly(far, reply)
      far.close()
      await Promise.all([call, next])
    }),
    { numRuns: 1_000 },
  )
  expect(unhandled).toEqual([])
})
