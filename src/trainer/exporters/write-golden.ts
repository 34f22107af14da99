import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { readPixels } from '../evaluation/read-pixels.ts'
import { exportFiles, jsonText } from './export-files.ts'
import { encodePng } from './png.ts'
import type { Reference } from './reference.ts'
import type { VerifyItem } from './verify-export.ts'

const goldenMax = 4

/**
 * Writes a few pictures, cut out of the images as the network sees them, with what the trainer makes of them: `tensor`
 * when the pixels are the input, `endToEnd` when the file goes through the whole preprocessing. `folder` is the export.
 */
export async function writeGolden(folder: string, items: readonly VerifyItem[], reference: Reference): Promise<void> {
  const { preprocessing } = reference
  await mkdir(join(folder, exportFiles.goldenFolder))
  const images: { file: string; tensor: readonly number[]; endToEnd: readonly number[] }[] = []
  for (const item of spread(items)) {
    if (images.length === goldenMax) break
    const { values } = await readPixels(item, preprocessing)
    if (values === null) continue
    const name = `${exportFiles.goldenFolder}/${String(images.length + 1)}.png`
    const file = join(folder, name)
    await writeFile(file, encodePng(values, preprocessing.cropPx, preprocessing.cropPx))
    const tensor = await reference.probabilitiesOf(item.file, values)
    images.push({ file: name, tensor, endToEnd: await expectedEndToEnd(file, reference, preprocessing) })
  }
  await writeFile(join(folder, exportFiles.golden), jsonText({ images }))
}

/** A few evenly spread items first, which is a few classes where they are sorted, then the rest. */
function spread<T>(items: readonly T[]): T[] {
  const step = Math.max(1, Math.floor(items.length / goldenMax))
  const first = items.filter((_, index) => index % step === 0)
  return [...first, ...items.filter((_, index) => index % step !== 0)]
}

async function expectedEndToEnd(
  file: string,
  reference: Reference,
  preprocessing: Preprocessing,
): Promise<readonly number[]> {
  const { values, problem } = await readPixels({ file, contentHash: null }, preprocessing)
  if (problem !== null) throw new Error(`${file} cannot be read back: ${problem.message}`)
  return reference.probabilitiesOf(file, values)
}
