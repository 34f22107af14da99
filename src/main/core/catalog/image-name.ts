/** Formats that are read, then those that a person may take for images of theirs: they are named as not supported. */
const extensions: ReadonlySet<string> = new Set(
  (
    'jpg jpeg jpe jfif png apng webp avif tif tiff gif bmp dib ' +
    'heic heif jxl jp2 j2k psd svg dng cr2 cr3 nef arw orf rw2 raf'
  ).split(' '),
)

/** What systems leave in folders; nobody misses it in a list. */
const junkNames: ReadonlySet<string> = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '.ds_store',
  '__macosx',
  '$recycle.bin',
  'system volume information',
  '@eadir',
])

/** Whether a file counts as an image, by the end of its name: what it really holds is found out by reading it. */
export function isImageName(name: string): boolean {
  const dot = name.lastIndexOf('.')
  return dot >= 0 && extensions.has(name.slice(dot + 1).toLowerCase())
}

export function isJunkName(name: string): boolean {
  return name.startsWith('._') || junkNames.has(name.toLowerCase())
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Null where the bytes are not UTF-8: Node would open another file, or none, under the replaced name. */
export function decodeName(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return null
  }
}

/** A name that cannot be written as text, with its odd bytes as `\xff`. */
export function describeName(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('')
}
