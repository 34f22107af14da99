import type { Raster } from '../raster.ts'
import { applyLevels, levelTable } from './apply-levels.ts'

/** Stretches each channel to the whole range, as Pillow's ImageOps.autocontrast does. */
export function stretchLevels(raster: Raster): Raster {
  return mapLevels(raster, (counts) => {
    const least = counts.findIndex((count) => count > 0)
    const most = counts.findLastIndex((count) => count > 0)
    if (most <= least) return (level) => level
    const scale = 255 / (most - least)
    return (level) => Math.min(255, Math.max(0, Math.trunc(level * scale - least * scale)))
  })
}

/** Makes all levels of each channel about as frequent, as Pillow's ImageOps.equalize does. */
export function equalizeLevels(raster: Raster): Raster {
  return mapLevels(raster, (counts) => {
    const present = counts.filter((count) => count > 0)
    const step = Math.floor(present.slice(0, -1).reduce((sum, count) => sum + count, 0) / 255)
    if (step === 0) return (level) => level
    let sum = Math.floor(step / 2)
    const table = counts.map((count) => {
      const level = Math.floor(sum / step)
      sum += count
      return Math.min(255, level)
    })
    return (level) => table[level] ?? level
  })
}

/** Keeps the highest `bits` of each value. */
export function posterize(raster: Raster, bits: number): Raster {
  const mask = 0xff & ~(2 ** (8 - bits) - 1)
  return applyLevels(
    raster,
    levelTable((level) => level & mask),
  )
}

/** Each channel's levels are replaced by what is made of how often each of the 256 occurs. */
function mapLevels(raster: Raster, mapOf: (counts: readonly number[]) => (level: number) => number): Raster {
  const source = raster.values
  const values = new Uint8Array(source.length)
  for (let channel = 0; channel < 3; channel += 1) {
    const counts = new Uint32Array(256)
    for (let at = channel; at < source.length; at += 3) (counts[source[at] as number] as number) += 1
    const table = levelTable(mapOf([...counts]))
    for (let at = channel; at < source.length; at += 3) values[at] = table[source[at] as number] as number
  }
  return { ...raster, values }
}
