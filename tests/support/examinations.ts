import { createHash } from 'node:crypto'
import type { Examination } from '../../src/shared/contract/imaging.ts'

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** What an image with some content might be found to be; equal contents give equal answers. */
export function readableExamination(content: string): Extract<Examination, { state: 'readable' }> {
  const contentHash = sha256Of(content)
  return {
    state: 'readable',
    sizeBytes: 1000,
    modifiedAtMs: 1_700_000_000_000,
    contentHash,
    facts: {
      format: 'jpeg',
      widthPx: 640,
      heightPx: 480,
      orientation: 1,
      pageCount: 1,
      conversions: [],
      perceptualHash: contentHash.slice(0, 16),
      detailHash: contentHash,
    },
    thumbnail: new Uint8Array([1, 2, 3]),
  }
}
