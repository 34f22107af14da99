const signatureLength = 8
/** Length, name and checksum. */
const frameLength = 12
const compressedText = new Set(['zTXt', 'iTXt'])

/**
 * The PNG without its compressed text chunks, or the same bytes where it has none. libpng inflates them although nobody
 * reads them, and a few kilobytes can claim minutes of it.
 */
export function withoutPngText(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = []
  let keptFrom = 0
  let at = signatureLength
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  while (at + frameLength <= bytes.length) {
    const end = at + frameLength + view.getUint32(at)
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (end > bytes.length) break
    if (compressedText.has(name)) {
      kept.push(bytes.subarray(keptFrom, at))
      keptFrom = end
    }
    at = end
  }
  return kept.length === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(keptFrom)])
}
