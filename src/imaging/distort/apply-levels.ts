import type { Raster } from '../raster.ts'

/** What each of the 256 levels of a channel becomes. */
export type LevelTable = Uint8Array

/** The same table for red, green and blue. */
export function applyLevels(raster: Raster, table: LevelTable): Raster {
  const source = raster.values
  const values = new Uint8Array(source.length)
  for (let at = 0; at < values.length; at += 1) values[at] = table[source[at] as number] as number
  return { ...raster, values }
}

/** `levelOf` is called once a level, not once a pixel. */
export function levelTable(levelOf: (level: number) => number): LevelTable {
  return Uint8Array.from({ length: 256 }, (_, level) => levelOf(level))
}
