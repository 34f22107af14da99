import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sniffFormat } from '../../../src/imaging/sniff-format.ts'
import { sourceFolder } from '../../support/pictures/golden-images.ts'

const byExtension: Readonly<Record<string, string>> = {
  jpg: 'jpeg',
  png: 'png',
  webp: 'webp',
  tif: 'tiff',
  gif: 'gif',
  bmp: 'bmp',
}

describe('sniffFormat', () => {
  it.each(readdirSync(sourceFolder))('knows %s by its bytes', (name) => {
    const expected = byExtension[name.split('.').at(-1) ?? '']
    expect(sniffFormat(readFileSync(join(sourceFolder, name)))).toBe(expected)
  })

  it('knows AVIF by any of its brands', () => {
    expect(sniffFormat(Buffer.from('\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf', 'latin1'))).toBe('avif')
  })

  it.each([
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'format-not-supported', /HEIC/],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'format-not-supported', /SVG/],
    ['\u00ef\u00bb\u00bf  <!DOCTYPE html>', 'not-an-image', /web page/],
    ['%PDF-1.4', 'not-an-image', /PDF/],
    ['BM, the letters', 'not-an-image', /not a picture/],
    ['', 'not-an-image', /not a picture/],
  ])('refuses %j with a reason that names it', (text, reason, message) => {
    expect(() => sniffFormat(Buffer.from(text, 'latin1'))).toThrow(
      expect.objectContaining({ reason, message: expect.stringMatching(message) as string }) as Error,
    )
  })
})
