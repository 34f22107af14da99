import type { EventEmitter } from 'node:events'

/** Emits an event that listeners may prevent; whether one did. */
export function preventable(emitter: EventEmitter, name: string, details: object = {}): boolean {
  const event = { ...details, defaultPrevented: false, preventDefault: () => (event.defaultPrevented = true) }
  emitter.emit(name, event)
  return event.defaultPrevented
}
