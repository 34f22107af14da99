/** What matters of an embedded colour profile. */
export interface IccProfile {
  /** Its own description, such as "Display P3"; "unnamed" where it has none. */
  readonly name: string
  /** The colour space of the pixels as the profile has it: RGB, GRAY, CMYK. */
  readonly space: string
  /** Pixels are sRGB already: converting would only add rounding. */
  readonly isSrgb: boolean
}

/**
 * Reads the header and the description of an ICC profile (ICC.1:2022, sections 7.2, 9.2.41 and 10.15). Null where the
 * bytes are no profile: decoders ignore such a one as well.
 */
export function readIccProfile(bytes: Uint8Array): IccProfile | null {
  if (bytes.length < 132) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(36) !== 0x61637370) return null
  const space = latin1(bytes, 16, 4).trim()
  const name = describe(bytes, view) ?? 'unnamed'
  return { name, space, isSrgb: space === 'RGB' && /\bsrgb\b/i.test(name) }
}

function describe(bytes: Uint8Array, view: DataView): string | null {
  const count = Math.min(view.getUint32(128), 100)
  for (let index = 0; index < count; index += 1) {
    const entry = 132 + 12 * index
    if (entry + 12 > bytes.length) return null
    if (view.getUint32(entry) !== 0x64657363) continue
    const offset = view.getUint32(entry + 4)
    const end = Math.min(offset + view.getUint32(entry + 8), bytes.length)
    if (offset + 16 > end) return null
    return cleaned(
      latin1(bytes, offset, 4) === 'mluc' ? unicodeText(bytes, view, offset, end) : asciiText(bytes, view, offset, end),
    )
  }
  return null
}

/** Version 4: records of UTF-16 by language; the first will do. */
function unicodeText(bytes: Uint8Array, view: DataView, offset: number, end: number): string {
  if (offset + 28 > end) return ''
  const start = offset + view.getUint32(offset + 24)
  const stop = Math.min(start + view.getUint32(offset + 20), end)
  if (start >= stop) return ''
  return new TextDecoder('utf-16be').decode(bytes.subarray(start, stop))
}

/** Version 2: a counted ASCII string. */
function asciiText(bytes: Uint8Array, view: DataView, offset: number, end: number): string {
  return latin1(bytes, offset + 12, Math.min(view.getUint32(offset + 8), end - offset - 12))
}

function latin1(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1')
}

function cleaned(text: string): string | null {
  const plain = text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 80)
  return plain === '' ? null : plain
}
