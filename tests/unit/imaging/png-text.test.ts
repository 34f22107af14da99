import { describe, expect, it } from 'vitest'
import { withoutPngText } from '../../../src/imaging/png-text.ts'
import { png, pngChunk } from '../../support/pictures/picture-bytes.ts'

const size = { widthPx: 4, heightPx: 4 }
const text = pngChunk('zTXt', Buffer.from('Comment\0\0xyz', 'latin1'))

describe('withoutPngText', () => {
  it('leaves out compressed text and nothing else', () => {
    const other = pngChunk('gAMA', Buffer.from([0, 0, 177, 143]))
    const bytes = png({ ...size, chunks: [text, other, pngChunk('iTXt', Buffer.alloc(40))] })
    expect(Buffer.from(withoutPngText(bytes))).toEqual(png({ ...size, chunks: [other] }))
  })

  it('gives back the very bytes where there is none', () => {
    const bytes = png(size)
    expect(withoutPngText(bytes)).toBe(bytes)
  })

  it('leaves a chunk that runs beyond the end to the decoder', () => {
    const bytes = Buffer.concat([png(size).subarray(0, 33), Buffer.from('\x7f\xff\xff\xffzTXt....', 'latin1')])
    expect(withoutPngText(bytes)).toBe(bytes)
  })
})
