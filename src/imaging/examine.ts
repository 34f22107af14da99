import type { Examination } from '../shared/contract/imaging.ts'
import { conversionsOf } from './conversions.ts'
import { decode } from './decode.ts'
import { encodeWebp } from './encode-webp.ts'
import { readHeader } from './header.ts'
import { placeUpright, uprightSize } from './orientation.ts'
import { perceptualHash } from './perceptual-hash.ts'
import { readSource, type SourceFacts } from './read-source.ts'
import { toRefusedImage } from './refused-image.ts'

const thumbnailQuality = 80

/**
 * Reads a file once and finds out all that the catalog keeps of it. Decoding to the size of the thumbnail still goes
 * through every byte of the picture, so that a damaged or cut file is found out.
 */
export async function examineFile(file: string, options: { thumbnailPx: number }): Promise<Examination> {
  const known: SourceFacts = { sizeBytes: 0, modifiedAtMs: 0, contentHash: null }
  try {
    const source = await readSource(file, known)
    const header = await readHeader(source.bytes)
    const shrink = { widthPx: options.thumbnailPx, heightPx: options.thumbnailPx, fit: 'inside' } as const
    const decoded = await decode(source.bytes, header, { shrink })
    const small = placeUpright(decoded, header.orientation)
    return {
      state: 'readable',
      sizeBytes: source.sizeBytes,
      modifiedAtMs: source.modifiedAtMs,
      contentHash: source.contentHash,
      facts: {
        format: header.format,
        ...uprightSize(header),
        orientation: header.orientation,
        pageCount: header.pageCount,
        conversions: conversionsOf(header, decoded),
        perceptualHash: perceptualHash(small, 8),
        detailHash: perceptualHash(small, 16),
      },
      thumbnail: await encodeWebp(small, thumbnailQuality),
    }
  } catch (error) {
    const { reason, message } = toRefusedImage(error)
    const isGone = reason === 'missing' || reason === 'changed'
    return { state: 'unreadable', ...known, reason: isGone ? 'not-a-file' : reason, message }
  }
}
