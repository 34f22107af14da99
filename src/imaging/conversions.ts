import type { Header } from './header.ts'
import { said, type Said } from '../shared/said.ts'

/** What reading changes about a picture, in plain words, in the order in which it happens. */
export function conversionsOf(header: Header, decoded: { readonly isTransparent: boolean }): Said[] {
  const { format, pageCount, profile, colour, bitsPerSample, orientation } = header
  const words: Said[] = []
  if (pageCount > 1)
    words.push(format === 'tiff' ? said`first of ${pageCount} pages` : said`first of ${pageCount} frames`)
  if (header.isPalette && format !== 'gif') words.push(said`palette to full colour`)
  if (colour === 'cmyk') words.push(profile ? said`CMYK (${profile.name}) to sRGB` : said`CMYK to sRGB`)
  else if (colour === 'grey') words.push(said`grey to sRGB`)
  else if (profile && !profile.isSrgb) words.push(said`${profile.name} to sRGB`)
  if (bitsPerSample > 8) words.push(said`${bitsPerSample} bits to 8`)
  if (decoded.isTransparent) words.push(said`transparency on white`)
  if (orientation !== 1) words.push(said`orientation ${orientation} turned upright`)
  return words
}
