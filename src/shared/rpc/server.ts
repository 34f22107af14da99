import type { z } from 'zod'
import { AppError, isAppError } from '../errors.ts'
import { said } from '../said.ts'
import type { Channel } from './channel.ts'
import type { Contract, Endpoint, HandlerContext, Handlers } from './endpoint.ts'
import { createStreamCredit, nextUnlessAborted, type StreamCredit } from './stream-credit.ts'
import { idOf, ToServer, type ToClient } from './wire.ts'

export interface ServeOptions {
  /** Told of what broke unforeseen, with its stack, for the log; the caller gets `internal` and one line. */
  readonly onUnexpected?: (error: AppError) => void
}

export interface Serving {
  /** Resolves when the channel is closed and every handler has ended, its clean-up included. */
  readonly ended: Promise<void>
}

type Handler = (input: unknown, context: HandlerContext) => unknown

interface Active {
  readonly controller: AbortController
  readonly credit: StreamCredit
}

type Request = Extract<ToServer, { kind: 'request' }>

/**
 * The implementer's end of a channel: answers requests until the channel closes, which aborts everything. A handler is
 * aborted through its signal and must pass that on to whatever it waits for: a generator that waits for something else
 * cannot be stopped from outside, only its reader released.
 */
export function serve<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  channel: Channel,
  options: ServeOptions = {},
): Serving {
  const active = new Map<number, Active>()
  const ended = Promise.withResolvers<void>()
  let closed = false

  channel.onMessage((raw) => {
    const { data: message } = ToServer.safeParse(raw)
    if (message === undefined) return refuse(raw)
    if (message.kind === 'cancel') return active.get(message.id)?.controller.abort(cancelledByCaller())
    if (message.kind === 'more') return active.get(message.id)?.credit.add(message.count)
    if (active.has(message.id)) return refuse(raw)
    // Registered before the handler runs, so that a cancel that follows at once finds it.
    const controller = new AbortController()
    const entry = { controller, credit: createStreamCredit(controller.signal) }
    active.set(message.id, entry)
    void answer(message, entry).finally(() => {
      active.delete(message.id)
      if (closed && active.size === 0) ended.resolve()
    })
  })

  channel.onClose(() => {
    closed = true
    for (const { controller } of active.values()) controller.abort(cancelledByCaller())
    if (active.size === 0) ended.resolve()
  })

  async function answer(request: Request, entry: Active): Promise<void> {
    const { signal } = entry.controller
    const name = `${request.service}.${request.method}`
    try {
      const { endpoint, handler } = lookUp(contract, handlers, request)
      const input = parseInput(endpoint, request.input, name)
      if (endpoint.kind === 'call') {
        const value = parseOutput(endpoint.output, await handler(input, { signal }), name)
        if (!signal.aborted) send({ kind: 'done', id: request.id, value }, name)
      } else {
        // The contract says that a stream's handler gives an AsyncIterable; Handler is the looser view of both kinds.
        const events = handler(input, { signal }) as AsyncIterable<unknown>
        await sendEvents(events, entry, (value) =>
          send({ kind: 'next', id: request.id, value: parseOutput(endpoint.event, value, name) }, name),
        )
        if (!signal.aborted) send({ kind: 'done', id: request.id }, name)
      }
    } catch (thrown) {
      const error = toReply(thrown, name)
      if (error.code === 'internal') options.onUnexpected?.(error)
      if (!signal.aborted) sendError(request.id, error)
    }
  }

  function send(message: ToClient, name: string): void {
    try {
      channel.send(message)
    } catch (cause) {
      if (isGone(cause)) throw cause
      throw new AppError('internal', said`The answer of ${name} cannot be sent: ${firstLine(cause)}`, { cause })
    }
  }

  function sendError(id: number, error: AppError): void {
    const message = { kind: 'error', id, code: error.code, message: error.message } satisfies ToClient
    try {
      channel.send({ ...message, data: error.data } satisfies ToClient)
    } catch {
      // The details cannot be sent; the error itself still can, unless the channel has just closed.
      try {
        channel.send(message)
      } catch (cause) {
        if (!closed && !isGone(cause))
          options.onUnexpected?.(new AppError('internal', said`${firstLine(cause)}`, { cause }))
      }
    }
  }

  /** A message without a usable id is dropped: nobody waits for an answer to it. */
  function refuse(raw: unknown): void {
    const id = idOf(raw)
    if (id !== undefined)
      sendError(id, new AppError('bad-input', said`The request is not one that Athanor understands.`))
  }

  return { ended: ended.promise }
}

/** Sends events as far as the reader has room for them; returns at the end or on abort, and always ends the producer. */
async function sendEvents(
  events: AsyncIterable<unknown>,
  { controller: { signal }, credit }: Active,
  sendEvent: (value: unknown) => void,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]()
  let exhausted = false
  try {
    while (await credit.take()) {
      const step = await nextUnlessAborted(iterator, signal)
      if (step === undefined) return
      if (step.done === true) {
        exhausted = true
        return
      }
      sendEvent(step.value)
    }
  } finally {
    if (!exhausted) await iterator.return?.()
  }
}

function lookUp<C extends Contract>(
  contract: C,
  handlers: Handlers<C>,
  { service, method }: Request,
): { endpoint: Endpoint; handler: Handler } {
  const methods = Object.hasOwn(contract, service) ? contract[service] : undefined
  const endpoint = methods !== undefined && Object.hasOwn(methods, method) ? methods[method] : undefined
  if (endpoint === undefined) throw new AppError('not-found', said`There is no method ${service}.${method}.`)
  // The names were found in the contract, and Handlers has the same names with functions of this shape.
  const implementations = handlers[service] as Record<string, Handler>
  return { endpoint, handler: (input, context) => implementations[method]?.(input, context) }
}

function parseInput(endpoint: Endpoint, input: unknown, name: string): unknown {
  const parsed = endpoint.input.safeParse(input)
  if (parsed.success) return parsed.data
  throw new AppError('bad-input', said`${name}: ${describeIssues(parsed.error)}`, { data: plainIssues(parsed.error) })
}

function parseOutput(schema: z.ZodType, value: unknown, name: string): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('internal', said`${name} gave what its contract does not allow: ${describeIssues(parsed.error)}`)
}

function plainIssues(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))
}

function describeIssues(error: z.ZodError): string {
  return plainIssues(error)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ')
}

/** What a handler threw as what may leave the process: an AppError, or one line without a stack. */
function toReply(thrown: unknown, name: string): AppError {
  if (isAppError(thrown)) return thrown
  return new AppError('internal', said`${name} failed unexpectedly: ${firstLine(thrown)}`, { cause: thrown })
}

function firstLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return message.split('\n', 1)[0] ?? ''
}

/** A connection that has begun to close refuses messages before it says that it is closed. */
function isGone(cause: unknown): boolean {
  return isAppError(cause) && cause.code === 'channel-closed'
}

function cancelledByCaller(): AppError {
  return new AppError('cancelled', said`The caller gave up.`)
}
