import type { Header } from '../header.ts'
import { readBmpLayout } from './layout.ts'

/** The header of a bitmap in the terms of all formats; throws `RefusedImage`. */
export function readBmpHeader(bytes: Uint8Array): Header {
  const layout = readBmpLayout(bytes)
  return {
    format: 'bmp',
    widthPx: layout.widthPx,
    heightPx: layout.heightPx,
    orientation: 1,
    pageCount: 1,
    colour: 'rgb',
    bitsPerSample: 8,
    isPalette: layout.bitsPerPixel <= 8,
    hasAlpha: layout.masks !== null && layout.masks[3] !== 0,
    profile: null,
  }
}
