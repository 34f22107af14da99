/**
 * What every platform that Athanor runs on offers and ECMAScript itself does not name. Only tsconfig.shared.json
 * includes this file: the other parts get the same names from Node or the DOM.
 */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
  throwIfAborted(): void
}

interface AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

declare const AbortController: { new (): AbortController }

declare function structuredClone<T>(value: T): T
declare function queueMicrotask(callback: () => void): void
declare function setTimeout(callback: () => void, delayMs: number): unknown
declare function clearTimeout(timer: unknown): void
