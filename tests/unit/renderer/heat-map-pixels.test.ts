import { describe, expect, it } from 'vitest'
import { heatColour, heatMapPixels } from '../../../src/renderer/evaluate/heat-map-pixels.ts'

/** Relative luminance of sRGB (WCAG 2.2). */
function luminance([red, green, blue]: readonly number[]): number {
  const linear = (byte = 0) => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

describe('heatColour', () => {
  it('gets lighter with every step, so that it reads without its hue', () => {
    const steps = Array.from({ length: 41 }, (_, index) => luminance(heatColour(index / 40)))
    for (const [index, value] of steps.entries()) if (index > 0) expect(value).toBeGreaterThan(steps[index - 1] ?? 1)
  })

  it('goes from violet to yellow and clips what lies beyond', () => {
    const [coldRed, coldGreen, coldBlue] = heatColour(0)
    expect(coldBlue).toBeGreaterThan(Math.max(coldRed, coldGreen))
    const [hotRed, hotGreen, hotBlue] = heatColour(1)
    expect(Math.min(hotRed, hotGreen)).toBeGreaterThan(hotBlue)
    expect(heatColour(2)).toEqual(heatColour(1))
    expect(heatColour(-1)).toEqual(heatColour(0))
  })
})

describe('heatMapPixels', () => {
  const opacities = (rows: number[][], sidePx: number) => {
    const { values } = heatMapPixels(rows, sidePx)
    return Array.from({ length: sidePx * sidePx }, (_, index) => values[index * 4 + 3] ?? -1)
  }

  it('is clear where the network did not look and dense where it did', () => {
    expect(opacities([[0]], 2)).toEqual([0, 0, 0, 0])
    expect(opacities([[1]], 2)).toEqual([255, 255, 255, 255])
  })

  it('keeps rows and columns apart', () => {
    const [topLeft = 0, topRight = 0, bottomLeft = 0, bottomRight = 0] = opacities(
      [
        [0, 0.8],
        [0, 0],
      ],
      2,
    )
    expect(topRight).toBe(255)
    expect([topLeft, bottomLeft, bottomRight]).toEqual([0, 0, 0])
  })

  it('is smooth between cells', () => {
    const row = opacities([[0, 0.8]], 8).slice(0, 8)
    expect(row.toSorted((a, b) => a - b)).toEqual(row)
    expect(new Set(row).size).toBeGreaterThan(3)
  })
})
