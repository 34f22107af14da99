import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { imaging } from '../../shared/contract/imaging.ts'
import { randomOf } from '../../shared/random.ts'
import type { ServiceHandlers } from '../../shared/rpc/endpoint.ts'
import { composePicture } from './compose-picture.ts'
import { finishPicture } from './finish-picture.ts'
import { createPen } from './pen.ts'
import { rasterise } from './rasterise.ts'
import { subjects } from './subjects.ts'

/** Pictures drawn at once. */
const batchSize = 8

/** Draws the sample set: the same pictures for the same seed, whatever their number and order. */
export const drawSamples: ServiceHandlers<typeof imaging>['drawSamples'] = async function* (request, { signal }) {
  const { folder, perClass, sidePx, seed } = request
  const total = perClass * subjects.length
  for (const { className } of subjects) await mkdir(join(folder, className), { recursive: true })
  for (let start = 0; start < total; start += batchSize) {
    signal.throwIfAborted()
    const count = Math.min(batchSize, total - start)
    await Promise.all(Array.from({ length: count }, (_, index) => drawOne(start + index, { folder, sidePx, seed })))
    yield { done: start + count, total }
  }
}

async function drawOne(index: number, { folder, sidePx, seed }: { folder: string; sidePx: number; seed: number }) {
  const classIndex = index % subjects.length
  const number = Math.floor(index / subjects.length)
  const subject = subjects[classIndex]
  if (!subject) return
  const random = randomOf(seed, classIndex, number)
  const values = await rasterise(composePicture(createPen(random), subject, sidePx))
  const { bytes, extension } = await finishPicture(values, sidePx, random)
  await writeFile(
    join(folder, subject.className, `${subject.className}-${String(number + 1).padStart(4, '0')}.${extension}`),
    bytes,
  )
}
