import { mkdir, readdir } from 'node:fs/promises'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Host } from '../host.ts'
import { openImaging } from '../processes/open-process.ts'

/** Large enough for every crop that a small network sees, small enough to be drawn in milliseconds. */
const sidePx = 160

export interface SampleSet {
  readonly folder: string
  readonly perClass: number
  readonly seed: number
}

/** Draws the sample set into an empty or absent folder. Errors: conflict, no-permission. */
export async function* drawSamples(
  host: Host,
  { folder, perClass, seed }: SampleSet,
  signal: AbortSignal,
): AsyncGenerator<{ done: number; total: number }, void> {
  await claimFolder(folder)
  const imaging = openImaging(host)
  try {
    yield* imaging.client.drawSamples({ folder, perClass, sidePx, seed }, { signal })
  } finally {
    await imaging.close()
  }
}

async function claimFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    if ((await readdir(folder)).length === 0) return
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new AppError('no-permission', said`Can't make the folder ${folder}: ${reason}`, { cause: thrown })
  }
  throw new AppError('conflict', said`${folder} is not empty. Choose another folder for the sample set.`)
}
