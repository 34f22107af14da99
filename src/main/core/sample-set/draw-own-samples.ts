import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Host } from '../host.ts'
import { drawSamples, type SampleSet } from './draw-samples.ts'

export interface DrawingEvent {
  readonly done: number
  readonly total: number
  readonly folder: string
}

/**
 * The sample set in a folder of its own in the per-user store. It is drawn beside and then renamed, so that the folder is
 * there whole or not at all; one that is there stays as it is, with the labels that were made in it.
 */
export async function* drawOwnSamples(
  host: Host,
  { perClass, seed }: Omit<SampleSet, 'folder'>,
  signal: AbortSignal,
): AsyncGenerator<DrawingEvent, void> {
  const parent = sampleSetsFolder(host)
  const folder = join(parent, seed === 0 ? `sample-set-${perClass}` : `sample-set-${perClass}-${seed}`)
  if (existsSync(folder)) {
    yield await describeDrawn(folder)
    return
  }
  const drawing = await makeDrawingFolder(parent)
  try {
    let last: DrawingEvent | undefined
    for await (const event of drawSamples(host, { folder: drawing, perClass, seed }, signal)) {
      // The last one is told when the folder has its name.
      if (last !== undefined) yield last
      last = { ...event, folder }
    }
    const isOurs = await moveInPlace(drawing, folder)
    yield isOurs && last !== undefined ? last : await describeDrawn(folder)
  } finally {
    await rm(drawing, { recursive: true, force: true })
  }
}

export function sampleSetsFolder({ storeFolder }: Pick<Host, 'storeFolder'>): string {
  return join(storeFolder, 'samples')
}

async function makeDrawingFolder(parent: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true })
    return await mkdtemp(join(parent, '.drawing-'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('no-permission', said`Can't make a folder for the sample set in ${parent}: ${reason}`, { cause })
  }
}

/** False where another window was faster. */
async function moveInPlace(drawing: string, folder: string): Promise<boolean> {
  try {
    await rename(drawing, folder)
    return true
  } catch (thrown) {
    if (existsSync(folder)) return false
    throw thrown
  }
}

async function describeDrawn(folder: string): Promise<DrawingEvent> {
  const entries = await readdir(folder, { recursive: true })
  const pictures = entries.filter((path) => !path.startsWith('.') && /\.\w+$/.test(path)).length
  return { done: pictures, total: Math.max(pictures, 1), folder }
}
