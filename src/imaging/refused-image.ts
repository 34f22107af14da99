import type { UnreadableReason } from '../shared/domain/image.ts'
import { said, type Said } from '../shared/said.ts'

/** `missing` and `changed` are for who expects a known file; the catalog has its own words for both. */
export type RefusalReason = UnreadableReason | 'missing' | 'changed'

/** Thrown inside this folder only; what leaves it is a value with the same reason and message. */
export class RefusedImage extends Error {
  readonly reason: RefusalReason
  declare readonly message: Said

  constructor(reason: RefusalReason, message: Said, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** What a decoder says when the bytes end before the picture does. */
const endsEarly =
  /premature end|premature EOF|truncated|unexpected end|end of (file|data|stream|input)|not enough|too short|no image data|incomplete|read error|read gave|out of data|insufficient/i

/** Anything that decoding threw, as one of our reasons. */
export function toRefusedImage(thrown: unknown): RefusedImage {
  if (thrown instanceof RefusedImage) return thrown
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  const options = { cause: thrown }
  if (/^timeout/.test(detail)) {
    return new RefusedImage('too-slow', said`Decoding took too long, so it was given up.`, options)
  }
  if (/pixel limit|too large|dimensions? exceed/i.test(detail)) {
    return new RefusedImage(
      'too-many-pixels',
      said`The picture is larger than 134 megapixels. Save a smaller copy.`,
      options,
    )
  }
  if (detail.includes('bad labq format')) return labColours()
  if (endsEarly.test(detail)) {
    return new RefusedImage(
      'truncated',
      said`The file ends before its picture does. Copy it again from its source.`,
      options,
    )
  }
  return new RefusedImage(
    'corrupt',
    said`The picture is damaged and cannot be decoded (${firstLine(detail)}).`,
    options,
  )
}

/** libvips misreads the 8-bit ones; they come from print shops and are rare. */
export function labColours(): RefusedImage {
  return new RefusedImage('format-not-supported', said`The picture has Lab colours. Save a copy in RGB.`)
}

function firstLine(text: string): string {
  return (
    text
      .replace(/^Input buffer has corrupt header: /, '')
      .split('\n', 1)[0]
      ?.trim()
      .slice(0, 160) ?? ''
  )
}
