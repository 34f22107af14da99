import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Channel } from '../../src/shared/rpc/channel.ts'
import { createClient } from '../../src/shared/rpc/client.ts'
import type { Client } from '../../src/shared/rpc/endpoint.ts'
import { streamWindow } from '../../src/shared/rpc/wire.ts'
import { channelKinds, type ServedChannel } from '../support/rpc/channel-pairs.ts'
import { probeContract } from '../support/rpc/probe.ts'

describe.each(channelKinds)('over a $name channel', (kind) => {
  let opened: ServedChannel
  let channel: Channel
  let client: Client<typeof probeContract>['probe']
  let resourcesBefore: string[]

  beforeAll(() => {
    resourcesBefore = heldResources()
  })
  beforeEach(async () => {
    opened = await kind.open()
    channel = opened.channel
    client = createClient(probeContract, channel).probe
  })
  afterEach(async () => {
    channel.close()
    await opened.dispose()
  })
  /** A child process may take seconds to start on a busy machine. */
  function untilSeen(record: object): Promise<void> {
    return expect.poll(() => client.seen({}), { timeout: 8_000 }).toMatchObject(record)
  }
  afterAll(async () => {
    await vi.waitFor(() => expect(heldResources()).toEqual(resourcesBefore), 3_000)
  })

  test('a call is answered', async () => {
    await expect(client.echo({ text: 'grüß 漢\u0000\ud800' })).resolves.toEqual({ text: 'grüß 漢\u0000\ud800' })
    await expect(client.echo({ text: 'a', optional: undefined })).resolves.toMatchObject({ text: 'a' })
  })

  test('an error arrives with its code, message and data', async () => {
    await expect(client.refuse({ code: 'bad-file' })).rejects.toMatchObject({
      name: 'AppError',
      code: 'bad-file',
      message: 'bun.csv has a bad line; repair line 7',
      data: { lines: [7] },
    })
  })

  test('what breaks unforeseen is internal, without a stack', async () => {
    const error = await client.break({}).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'internal', message: 'probe.break failed unexpectedly: the flask broke' })
    expect(JSON.stringify(error)).not.toContain('secret')
  })

  test('bad input is refused with its place', async () => {
    await expect(client.echo({ text: 3 } as never)).rejects.toMatchObject({
      code: 'bad-input',
      data: [{ path: 'text' }],
    })
    await expect(client.echo({ text: 'a', surplus: 1 } as never)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(client.echo(undefined as never)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(collect(client.count({ to: -1 }))).rejects.toMatchObject({ code: 'bad-input' })
  })

  test('bad output is internal', async () => {
    await expect(client.answerWrongly({})).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('count') as string,
    })
    const received: number[] = []
    await expect(
      (async () => {
        for await (const value of client.countWrongly({})) received.push(value)
      })(),
    ).rejects.toMatchObject({ code: 'internal' })
    expect(received).toEqual([0])
  })

  test.each(['brew', 'toString', '__proto__', 'constructor', ''])('the method %j does not exist', async (method) => {
    const answers = createAnswers(channel)
    channel.send({ kind: 'request', id: 1, service: 'probe', method, input: {} })
    channel.send({ kind: 'request', id: 2, service: method, method: 'echo', input: {} })
    await expect(answers(1)).resolves.toMatchObject({ kind: 'error', code: 'not-found' })
    await expect(answers(2)).resolves.toMatchObject({ kind: 'error', code: 'not-found' })
  })

  test('an envelope that is no request is answered where it has an id, and harms nothing', async () => {
    const answers = createAnswers(channel)
    for (const junk of [
      null,
      7,
      'text',
      [],
      { kind: 'request' },
      { kind: 'brew', id: 7 },
      { id: 8, kind: 'cancel', x: 1 },
    ]) {
      if (typeof junk === 'object' && junk !== null) channel.send(junk)
    }
    await expect(answers(7)).resolves.toMatchObject({ kind: 'error', code: 'bad-input' })
    await expect(answers(8)).resolves.toMatchObject({ kind: 'error', code: 'bad-input' })
  })

  test('a call whose signal has aborted is not even made', async () => {
    const options = { signal: AbortSignal.abort() }
    await expect(client.wait({}, options)).rejects.toMatchObject({ code: 'cancelled' })
    await expect(collect(client.hold({}, options))).rejects.toMatchObject({ code: 'cancelled' })
    await expect(client.seen({})).resolves.toMatchObject({ started: 0 })
  })

  test('cancelling in the same turn as the call reaches its handler', async () => {
    const controller = new AbortController()
    const call = client.wait({}, { signal: controller.signal })
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    await untilSeen({ cleaned: 1 })
  })

  test('cancelling a call ends it on both sides', async () => {
    const controller = new AbortController()
    const call = client.wait({}, { signal: controller.signal })
    await untilSeen({ started: 1 })
    controller.abort()
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    await untilSeen({ cleaned: 1 })
  })

  test('cancelling a stream ends it on both sides', async () => {
    const controller = new AbortController()
    const events = client.hold({}, { signal: controller.signal })[Symbol.asyncIterator]()
    await expect(events.next()).resolves.toEqual({ done: false, value: 0 })
    const next = events.next()
    controller.abort()
    await expect(next).rejects.toMatchObject({ code: 'cancelled' })
    await untilSeen({ cleaned: 1 })
  })

  test('a signal that aborts after the end changes nothing', async () => {
    const controller = new AbortController()
    await expect(client.echo({ text: 'a' }, { signal: controller.signal })).resolves.toEqual({ text: 'a' })
    controller.abort()
    await expect(client.echo({ text: 'b' })).resolves.toEqual({ text: 'b' })
  })

  test('a stream gives 1,000 events in order and ends', async () => {
    await expect(collect(client.count({ to: 1_000 }))).resolves.toEqual([...Array(1_000).keys()])
  })

  test('an empty stream ends', async () => {
    await expect(collect(client.count({ to: 0 }))).resolves.toEqual([])
  })

  test('a stream ends with an error after its events', async () => {
    const received: number[] = []
    await expect(
      (async () => {
        for await (const value of client.countThenRefuse({ to: 5 })) received.push(value)
      })(),
    ).rejects.toMatchObject({ code: 'disk-full' })
    expect(received).toEqual([0, 1, 2, 3, 4])
  })

  test('leaving a stream early ends its producer', async () => {
    for await (const value of client.hold({})) {
      expect(value).toBe(0)
      break
    }
    await untilSeen({ started: 1, cleaned: 1 })
  })

  test('a stream that is never read is never asked for', async () => {
    client.hold({})
    await expect(client.seen({})).resolves.toMatchObject({ started: 0 })
  })

  test('a slow reader holds its producer back', async () => {
    const events = client.count({ to: 100_000 })[Symbol.asyncIterator]()
    for (let taken = 0; taken < 100; taken += 1) await events.next()
    await client.echoLater({ text: 'settled', delayMs: 50 })
    const { produced } = await client.seen({})
    expect(produced).toBeGreaterThanOrEqual(100)
    expect(produced).toBeLessThanOrEqual(100 + streamWindow)
    await events.return?.()
  })

  test('calls and streams interleave', async () => {
    const calls = Array.from({ length: 30 }, (_, index) =>
      client.echoLater({ text: `call ${index}`, delayMs: (30 - index) % 7 }),
    )
    const streams = [client.count({ to: 200 }), client.count({ to: 100 })].map((events) => collect(events))
    await expect(Promise.all(calls)).resolves.toEqual(Array.from({ length: 30 }, (_, index) => `call ${index}`))
    await expect(Promise.all(streams)).resolves.toEqual([[...Array(200).keys()], [...Array(100).keys()]])
  })

  test('an input that cannot be cloned rejects and breaks nothing', async () => {
    const input = { text: () => 'no' } as never
    await expect(client.echo(input)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(collect(client.count(input))).rejects.toMatchObject({ code: 'bad-input' })
    await expect(client.echo({ text: 'a' })).resolves.toEqual({ text: 'a' })
  })

  test('an answer that cannot be cloned is internal', async () => {
    await expect(client.answerUnclonably({})).rejects.toMatchObject({ code: 'internal' })
    await expect(collect(client.countUnclonably({}))).rejects.toMatchObject({ code: 'internal' })
    await expect(client.echo({ text: 'a' })).resolves.toEqual({ text: 'a' })
  })

  test('an error whose data cannot be cloned still says what it is', async () => {
    await expect(client.failUnclonably({})).rejects.toMatchObject({
      code: 'conflict',
      message: 'the details cannot travel',
    })
  })

  test('closing from the calling side rejects what is pending and aborts what runs', async () => {
    const call = client.wait({})
    const events = client.hold({})[Symbol.asyncIterator]()
    await events.next()
    const next = events.next()
    await untilSeen({ started: 2 })
    channel.close()
    await expect(call).rejects.toMatchObject({ code: 'channel-closed' })
    await expect(next).rejects.toMatchObject({ code: 'channel-closed' })
    await expect(client.echo({ text: 'a' })).rejects.toMatchObject({ code: 'channel-closed' })
    await expect(opened.served).resolves.toEqual({ cleaned: 2 })
  })

  test('closing from the serving side rejects what is pending and aborts what runs', async () => {
    const call = client.wait({})
    const events = client.hold({})[Symbol.asyncIterator]()
    await events.next()
    const next = events.next()
    const rejections = Promise.all([
      expect(call).rejects.toMatchObject({ code: 'channel-closed' }),
      expect(next).rejects.toMatchObject({ code: 'channel-closed' }),
    ])
    await client.hangUp({})
    await rejections
    await expect(client.echo({ text: 'a' })).rejects.toMatchObject({ code: 'channel-closed' })
    await expect(opened.served).resolves.toEqual({ cleaned: 2 })
  })

  test('a producer that waits and ignores its signal is ended all the same', async () => {
    const controller = new AbortController()
    const events = client.holdDeaf({}, { signal: controller.signal })[Symbol.asyncIterator]()
    await events.next()
    const next = events.next()
    controller.abort()
    await expect(next).rejects.toMatchObject({ code: 'cancelled' })
    await untilSeen({ cleaned: 1 })
  })

  test('a producer that ignores its signal cannot hold a closed channel', async () => {
    const events = client.holdDeaf({})[Symbol.asyncIterator]()
    await events.next()
    const rejection = expect(events.next()).rejects.toMatchObject({ code: 'channel-closed' })
    channel.close()
    await rejection
    await expect(opened.served).resolves.toEqual({ cleaned: 1 })
  })
})

/** What would keep this process alive, by kind; timers belong to the test runner. */
function heldResources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => !['Timeout', 'Immediate', 'TTYWrap'].includes(name))
    .sort()
}

/** Answers by id, for messages that a client would never send. */
function createAnswers(channel: Channel): (id: number) => Promise<unknown> {
  const waiting = new Map<unknown, PromiseWithResolvers<unknown>>()
  function slot(id: unknown): PromiseWithResolvers<unknown> {
    const found = waiting.get(id) ?? Promise.withResolvers<unknown>()
    waiting.set(id, found)
    return found
  }
  channel.onMessage((message) => slot(Reflect.get(message as object, 'id')).resolve(message))
  return (id) => slot(id).promise
}

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const received: T[] = []
  for await (const event of events) received.push(event)
  return received
}
