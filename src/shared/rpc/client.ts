import { AppError } from '../errors.ts'
import { said } from '../said.ts'
import type { Channel } from './channel.ts'
import type { CallOptions, Client, Contract } from './endpoint.ts'
import { createInbox } from './inbox.ts'
import { streamWindow, ToClient, type ToServer } from './wire.ts'

/** Where the answers to one request go. `cancelled` is told at once, the others in the order in which they arrive. */
interface Replies {
  readonly next: (value: unknown) => void
  readonly done: (value: unknown) => void
  readonly fail: (error: AppError) => void
  readonly cancelled: (error: AppError) => void
}

interface Question {
  readonly service: string
  readonly method: string
  readonly input: unknown
  readonly signal: AbortSignal | undefined
}

/** A request that is under way; `leave` sends a cancel unless it has ended, and forgets it. */
interface Exchange {
  readonly id: number
  readonly leave: () => void
}

/**
 * The caller's end of a channel. Calls and streams reject with an AppError: with what the handler threw, with
 * `cancelled` when their signal aborts, or with the channel's reason or `channel-closed` when that closes. Leaving a
 * `for await` cancels the stream; a stream sends its request when it is first read.
 */
export function createClient<C extends Contract>(contract: C, channel: Channel): Client<C> {
  const connection = connect(channel)
  const services: Record<string, Record<string, ClientFunction>> = {}
  for (const [service, methods] of Object.entries(contract)) {
    const functions: Record<string, ClientFunction> = {}
    for (const [method, endpoint] of Object.entries(methods)) {
      const ask = endpoint.kind === 'call' ? callOnce : follow
      functions[method] = (input, options = {}) => ask(connection, { service, method, input, signal: options.signal })
    }
    services[service] = functions
  }
  // The compiler cannot follow a mapped type through entries.
  return services as Client<C>
}

type ClientFunction = (input: unknown, options?: CallOptions) => unknown

interface Connection {
  begin(question: Question, replies: Replies): Exchange
  send(message: ToServer): void
}

function connect(channel: Channel): Connection {
  const waiting = new Map<number, Replies>()
  let lastId = 0
  let closed: AppError | undefined

  channel.onMessage((message) => {
    const parsed = ToClient.safeParse(message)
    if (!parsed.success) return
    const reply = parsed.data
    const replies = waiting.get(reply.id)
    // Without a request it is an answer that was on its way when the caller left.
    if (replies === undefined) return
    if (reply.kind === 'next') return replies.next(reply.value)
    waiting.delete(reply.id)
    if (reply.kind === 'done') return replies.done(reply.value)
    replies.fail(new AppError(reply.code, said`${reply.message}`, { data: reply.data }))
  })
  channel.onClose((reason) => {
    closed = reason ?? new AppError('channel-closed', said`The connection to Athanor was closed.`)
    for (const replies of waiting.values()) replies.fail(closed)
    waiting.clear()
  })

  /** For what asks for no answer: where it cannot be sent the channel is going down, which `onClose` tells. */
  function send(message: ToServer): void {
    try {
      channel.send(message)
    } catch {
      return
    }
  }

  return {
    send,
    begin({ service, method, input, signal }, replies) {
      if (closed !== undefined) throw closed
      if (signal?.aborted === true) throw cancelledError(service, method)
      lastId += 1
      const id = lastId
      try {
        channel.send({ kind: 'request', id, service, method, input } satisfies ToServer)
      } catch (cause) {
        if (cause instanceof AppError) throw cause
        const message = cause instanceof Error ? cause.message : String(cause)
        throw new AppError('bad-input', said`The input of ${service}.${method} cannot be sent: ${message}`, { cause })
      }
      waiting.set(id, replies)
      const onAbort = () => {
        leave()
        replies.cancelled(cancelledError(service, method))
      }
      function leave(): void {
        signal?.removeEventListener('abort', onAbort)
        if (waiting.delete(id)) send({ kind: 'cancel', id })
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      return { id, leave }
    },
  }
}

async function callOnce(connection: Connection, question: Question): Promise<unknown> {
  let exchange: Exchange | undefined
  try {
    return await new Promise((resolve, reject) => {
      exchange = connection.begin(question, { next: () => undefined, done: resolve, fail: reject, cancelled: reject })
    })
  } finally {
    exchange?.leave()
  }
}

async function* follow(connection: Connection, question: Question): AsyncGenerator<unknown, void> {
  const inbox = createInbox()
  const { id, leave } = connection.begin(question, {
    next: inbox.put,
    done: inbox.end,
    fail: inbox.fail,
    cancelled: inbox.drop,
  })
  const batch = streamWindow / 2
  let taken = 0
  try {
    for (let item = await inbox.take(); item !== undefined; item = await inbox.take()) {
      taken += 1
      if (taken % batch === 0) connection.send({ kind: 'more', id, count: batch })
      yield item.value
    }
  } finally {
    leave()
  }
}

function cancelledError(service: string, method: string): AppError {
  return new AppError('cancelled', said`${service}.${method} was cancelled.`)
}
