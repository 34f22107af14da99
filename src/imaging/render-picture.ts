import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import { decode } from './decode.ts'
import { encodeWebp } from './encode-webp.ts'
import { readHeader } from './header.ts'
import { placeUpright } from './orientation.ts'
import { readSource } from './read-source.ts'
import { RefusedImage, toRefusedImage } from './refused-image.ts'

export interface RenderRequest {
  readonly file: string
  readonly sidePxMax: number
  readonly contentHash: string | null
}

export interface RenderedPicture {
  readonly webp: Uint8Array<ArrayBuffer>
  readonly widthPx: number
  readonly heightPx: number
}

/** Close enough to the picture that nothing is to be seen at 100 %. */
const quality = 90

/** Errors: bad-file, and not-found where the file is gone or is another one by now. */
export async function renderPicture({ file, sidePxMax, contentHash }: RenderRequest): Promise<RenderedPicture> {
  try {
    const source = await readSource(file)
    if (contentHash !== null && source.contentHash !== contentHash) {
      throw new RefusedImage('changed', said`The file has changed since it was imported. Import the folder again.`)
    }
    const header = await readHeader(source.bytes)
    const shrink = { widthPx: sidePxMax, heightPx: sidePxMax, fit: 'inside' } as const
    const isLarger = Math.max(header.widthPx, header.heightPx) > sidePxMax
    const picture = placeUpright(await decode(source.bytes, header, isLarger ? { shrink } : {}), header.orientation)
    return { webp: await encodeWebp(picture, quality), widthPx: picture.widthPx, heightPx: picture.heightPx }
  } catch (thrown) {
    const { reason, message } = toRefusedImage(thrown)
    const isGone = reason === 'missing' || reason === 'changed'
    throw new AppError(isGone ? 'not-found' : 'bad-file', said`${message}`, { data: { reason }, cause: thrown })
  }
}
