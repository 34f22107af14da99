import { said, type Said } from '../../shared/said.ts'
/** What a header may hold; objects become maps, so that no key can reach a prototype. */
export type StrictJson = string | number | readonly StrictJson[] | ReadonlyMap<string, StrictJson>

const depthMax = 4
const blank = new Set([' ', '\t', '\n', '\r'])

/**
 * JSON of strings, whole numbers from 0 to 2^53 - 1, lists and objects; unlike `JSON.parse` it refuses duplicate keys,
 * by which two readers of one file could be made to see different things. Throws a SyntaxError with the position.
 */
export function parseStrictJson(text: string): StrictJson {
  let position = 0

  function fail(what: Said): never {
    throw new SyntaxError(said`${what} at character ${position}`)
  }

  function skipBlanks(): void {
    while (position < text.length && blank.has(text.charAt(position))) position += 1
  }

  function expect(character: string): void {
    skipBlanks()
    if (text[position] !== character) fail(said`expected ${character}`)
    position += 1
  }

  function readString(): string {
    expect('"')
    const start = position - 1
    while (text[position] !== '"') {
      if (position >= text.length) fail(said`unfinished string`)
      position += text[position] === '\\' ? 2 : 1
    }
    position += 1
    const parsed: unknown = JSON.parse(text.slice(start, position))
    return typeof parsed === 'string' ? parsed : fail(said`expected a string`)
  }

  function readNumber(): number {
    const digits = /^(?:0|[1-9]\d*)/.exec(text.slice(position, position + 17))?.[0]
    if (digits === undefined) fail(said`expected a string, a whole number, a list or an object`)
    const value = Number(digits)
    if (!Number.isSafeInteger(value)) fail(said`number beyond 2^53`)
    position += digits.length
    return value
  }

  /** Items up to `end`, separated by commas. */
  function readItems(end: string, readItem: () => void): void {
    position += 1
    skipBlanks()
    if (text[position] === end) {
      position += 1
      return
    }
    for (;;) {
      readItem()
      skipBlanks()
      const next = text[position]
      position += 1
      if (next === end) return
      if (next !== ',') fail(said`expected , or ${end}`)
    }
  }

  function readValue(depth: number): StrictJson {
    if (depth > depthMax) fail(said`nested too deeply`)
    skipBlanks()
    const first = text[position]
    if (first === '"') return readString()
    if (first === '[') {
      const items: StrictJson[] = []
      readItems(']', () => items.push(readValue(depth + 1)))
      return items
    }
    if (first !== '{') return readNumber()
    const entries = new Map<string, StrictJson>()
    readItems('}', () => {
      const key = readString()
      if (entries.has(key)) fail(said`duplicate key "${key}"`)
      expect(':')
      entries.set(key, readValue(depth + 1))
    })
    return entries
  }

  const value = readValue(0)
  skipBlanks()
  if (position < text.length) fail(said`more text than one value`)
  return value
}
