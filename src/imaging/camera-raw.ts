const newSubfileType = 254
const dngVersion = 50706
const entriesMax = 500

/**
 * Whether a TIFF is really a camera's raw file (DNG, NEF, ARW, PEF, SRW): its first directory says that it holds only a
 * reduced copy, or names a version of DNG (TIFF 6.0, page 36; DNG 1.7, chapter 4). Decoders would take the small preview
 * for the picture.
 */
export function isCameraRaw(bytes: Uint8Array): boolean {
  if (bytes.length < 14) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isLittleEndian = bytes[0] === 0x49
  if (view.getUint16(2, isLittleEndian) !== 42) return false
  const directory = view.getUint32(4, isLittleEndian)
  if (directory + 2 > bytes.length) return false
  const count = Math.min(view.getUint16(directory, isLittleEndian), entriesMax)
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * 12
    if (entry + 12 > bytes.length) return false
    const tag = view.getUint16(entry, isLittleEndian)
    if (tag === dngVersion) return true
    if (tag === newSubfileType) {
      if ((view.getUint32(entry + 8, isLittleEndian) & 1) === 1) return true
    }
  }
  return false
}
