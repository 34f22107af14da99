/**
 * Messages as text, for channels that carry nothing else. JSON would change or drop what it cannot say; here such a
 * value is refused with its place instead. Carried: null, booleans, strings, finite numbers (-0 arrives as 0), arrays
 * and plain objects; a property that is undefined arrives as absent, as the contract's optional ones allow. Refused:
 * NaN and infinities, bigint, functions, symbols, undefined in arrays, bytes (pixels travel by URL, never by message),
 * dates, maps and other classes, cycles.
 */
export function encodeText(message: unknown): string {
  refuseWhatJsonCannotSay(message, [], new Set())
  return JSON.stringify(message)
}

/** Throws a SyntaxError for what is not JSON. */
export function decodeText(text: string): unknown {
  return JSON.parse(text)
}

function refuseWhatJsonCannotSay(value: unknown, path: readonly string[], ancestors: Set<object>): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (typeof value !== 'object') throw refusal(nameOf(value), path)
  if (ancestors.has(value)) throw refusal('a cycle', path)
  ancestors.add(value)
  if (Array.isArray(value)) {
    // By index, because forEach would skip the holes that JSON turns into null.
    for (let index = 0; index < value.length; index += 1) {
      refuseWhatJsonCannotSay(value[index], [...path, String(index)], ancestors)
    }
  } else {
    if (!isPlain(value)) throw refusal(`a ${value.constructor.name}`, path)
    for (const [key, property] of Object.entries(value)) {
      if (property !== undefined) refuseWhatJsonCannotSay(property, [...path, key], ancestors)
    }
  }
  ancestors.delete(value)
}

function nameOf(value: unknown): string {
  return typeof value === 'number' || value === undefined ? String(value) : `a ${typeof value}`
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // The prototype of a plain object is the one without a prototype of its own, in whatever realm it was made.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function refusal(what: string, path: readonly string[]): TypeError {
  return new TypeError(`${what} cannot be sent as text, at ${path.join('.') || 'the top'}`)
}
