import { sharp } from '../decoder.ts'
import { takeTurn } from '../loader-gate.ts'

/** 8-bit RGB pixels of a drawing of ours. */
export function rasterise(svg: string): Promise<Uint8Array> {
  return takeTurn('drawing', () =>
    sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).removeAlpha().raw().toBuffer(),
  )
}
