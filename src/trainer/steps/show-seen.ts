import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeStrip } from '../../imaging/encode-strip.ts'
import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import type { PixelResult } from '../evaluation/read-pixels.ts'
import type { Session } from './session.ts'

/** Pictures in a strip, and the side of each on it. */
const shownCount = 8
const sidePx = 112

export interface SeenOptions {
  /** 0 for what is seen before the first epoch. */
  readonly epoch: number
  readonly entries: readonly DatasetEntry[]
  readonly read: (entry: DatasetEntry) => Promise<PixelResult>
}

/**
 * Writes a strip of the first few training images as the network gets them, before they are normalised, beside the run.
 * It is for the eye only: where it cannot be written, the run goes on without.
 */
export async function* showSeen(
  { job, preprocessing }: Session,
  { epoch, entries, read }: SeenOptions,
): AsyncGenerator<TrainerEvent, void> {
  const side = preprocessing.cropPx
  const results = await Promise.all(entries.slice(0, shownCount).map(read))
  const rasters = results.flatMap(({ values }) => (values === null ? [] : [{ values, widthPx: side, heightPx: side }]))
  if (rasters.length === 0) return
  const folder = join(job.runFolder, 'seen')
  const file = join(folder, `${epoch}.webp`)
  const temporary = `${file}.${process.pid}.part`
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(temporary, await encodeStrip(rasters, sidePx))
    await rename(temporary, file)
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined)
    return
  }
  yield { kind: 'seen', epoch, imageCount: rasters.length }
}
