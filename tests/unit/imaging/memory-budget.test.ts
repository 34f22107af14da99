import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Header } from '../../../src/imaging/header.ts'
import { withinMemory } from '../../../src/imaging/memory-budget.ts'

function header(megapixels: number): Header {
  return {
    format: 'jpeg',
    widthPx: 1000,
    heightPx: megapixels * 1000,
    orientation: 1,
    pageCount: 1,
    colour: 'rgb',
    bitsPerSample: 8,
    isPalette: false,
    hasAlpha: false,
    profile: null,
  }
}

/** The largest sum of megapixels, and number of pictures, that were decoded at once. */
async function peakOf(megapixels: readonly number[]): Promise<{ megapixels: number; count: number }> {
  const peak = { megapixels: 0, count: 0 }
  let [sum, count] = [0, 0]
  const decodes = megapixels.map((size) =>
    withinMemory(header(size), async () => {
      sum += size
      count += 1
      peak.megapixels = Math.max(peak.megapixels, sum)
      peak.count = Math.max(peak.count, count)
      await sleep(2)
      sum -= size
      count -= 1
    }),
  )
  await Promise.all(decodes)
  return peak
}

describe('withinMemory', () => {
  it('lets ordinary photographs pass at once', async () => {
    expect((await peakOf([12, 12, 24, 12, 12, 8])).count).toBe(6)
  })

  it('holds enormous ones apart, and comes to an end', async () => {
    const peak = await peakOf([100, 100, 134, 2, 80, 100, 2, 2])
    expect(peak.megapixels).toBeLessThanOrEqual(134)
  })

  it('frees its share after a failure', async () => {
    await expect(withinMemory(header(134), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect((await peakOf([134])).count).toBe(1)
  })
})
