import { z } from 'zod'

/** One question and one answer. */
export interface CallEndpoint<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly kind: 'call'
  readonly input: I
  readonly output: O
}

/** One question and any number of events, until either side ends it. */
export interface StreamEndpoint<I extends z.ZodType = z.ZodType, E extends z.ZodType = z.ZodType> {
  readonly kind: 'stream'
  readonly input: I
  readonly event: E
}

export type Endpoint = CallEndpoint | StreamEndpoint

/** The methods of one service. */
export type Service = Readonly<Record<string, Endpoint>>

/** Services by name: all that one side of a channel offers to the other. */
export type Contract = Readonly<Record<string, Service>>

export function call<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): CallEndpoint<I, O> {
  return { kind: 'call', input, output }
}

export function stream<I extends z.ZodType, E extends z.ZodType>(input: I, event: E): StreamEndpoint<I, E> {
  return { kind: 'stream', input, event }
}

/** The input of a method that takes nothing. */
export const nothing = z.object({}).strict()

export interface CallOptions {
  readonly signal?: AbortSignal
}

/** What a handler gets beside its input. The signal aborts when the caller cancels or its channel closes. */
export interface HandlerContext {
  readonly signal: AbortSignal
}

type ClientMethod<E extends Endpoint> =
  E extends StreamEndpoint<infer I, infer V>
    ? (input: z.input<I>, options?: CallOptions) => AsyncIterable<z.output<V>>
    : E extends CallEndpoint<infer I, infer O>
      ? (input: z.input<I>, options?: CallOptions) => Promise<z.output<O>>
      : never

type HandlerMethod<E extends Endpoint> =
  E extends StreamEndpoint<infer I, infer V>
    ? (input: z.output<I>, context: HandlerContext) => AsyncIterable<z.input<V>>
    : E extends CallEndpoint<infer I, infer O>
      ? (input: z.output<I>, context: HandlerContext) => z.input<O> | Promise<z.input<O>>
      : never

/** The caller's view of a service and of a contract. */
export type ServiceClient<S extends Service> = { readonly [M in keyof S]: ClientMethod<S[M]> }
export type Client<C extends Contract> = { readonly [S in keyof C]: ServiceClient<C[S]> }

/** The implementer's view; a missing method does not compile. */
export type ServiceHandlers<S extends Service> = { readonly [M in keyof S]: HandlerMethod<S[M]> }
export type Handlers<C extends Contract> = { readonly [S in keyof C]: ServiceHandlers<C[S]> }
