import type { Header } from './header.ts'

/** What reading changes about a picture, in plain words, in the order in which it happens. */
export function conversionsOf(header: Header, decoded: { readonly isTransparent: boolean }): string[] {
  const { format, pageCount, profile, colour, bitsPerSample, orientation } = header
  const words: string[] = []
  if (pageCount > 1) words.push(`first of ${pageCount} ${format === 'tiff' ? 'pages' : 'frames'}`)
  if (header.isPalette && format !== 'gif') words.push('palette to full colour')
  if (colour === 'cmyk') words.push(profile ? `CMYK (${profile.name}) to sRGB` : 'CMYK to sRGB')
  else if (colour === 'grey') words.push('grey to sRGB')
  else if (profile && !profile.isSrgb) words.push(`${profile.name} to sRGB`)
  if (bitsPerSample > 8) words.push(`${bitsPerSample} bits to 8`)
  if (decoded.isTransparent) words.push('transparency on white')
  if (orientation !== 1) words.push(`orientation ${orientation} turned upright`)
  return words
}
