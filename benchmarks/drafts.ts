/**
 * How soon suggestions follow labels: ten more labels, and a draft from all of them, again and again.
 *
 *   node benchmarks/drafts.ts DATA [--labelled 200] [--times 7]
 *
 * DATA holds <class>/*. Nothing is written into it. Prints the first draft, which computes what the backbone sees, and the
 * median of the others; each is timed from the call to the stored suggestions.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openCore } from '../src/main/cli/open-core.ts'
import type { DraftEvent } from '../src/shared/contract/models.ts'
import { randomOf, shuffled } from '../src/shared/random.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    labelled: { type: 'string', default: '200' },
    times: { type: 'string', default: '7' },
  },
})
const [data] = positionals
if (data === undefined) throw new Error('Name the folder of images.')

const projectFolder = mkdtempSync(join(tmpdir(), 'athanor-benchmark-'))
const core = openCore(() => undefined)
const { catalog, labels, models, project } = core.client
try {
  const { id: projectId } = await project.open({ imageFolder: data, projectFolder })
  for await (const _ of catalog.import({ projectId })) continue
  const { imageIds } = await catalog.order({ projectId, query: { filter: { classId: 'labelled' }, sort: 'path' } })
  const used = shuffled(imageIds, randomOf(0))
  const right = new Map<number, number>()
  for (let at = 0; at < used.length; at += 500) {
    for (const { id, label } of await catalog.getMany({ projectId, imageIds: used.slice(at, at + 500) })) {
      if (label !== null) right.set(id, label.classId)
    }
  }
  const classes = await labels.classes({ projectId })
  const label = async (ids: typeof used) => {
    for (const { id: classId } of classes) {
      const ofClass = ids.filter((id) => right.get(id) === classId)
      if (ofClass.length > 0) await labels.assign({ projectId, images: { ids: ofClass }, classId })
    }
  }
  await labels.assign({ projectId, images: { ids: imageIds }, classId: null })
  let labelledCount = Number(values.labelled)
  await label(used.slice(0, labelledCount))
  const draft = async (): Promise<number> => {
    const startMs = performance.now()
    let last: DraftEvent | null = null
    for await (const event of models.draft({ projectId })) last = event
    const ms = performance.now() - startMs
    if (last?.kind === 'finished') {
      const { agreed, labelled, suggested } = last
      console.log(`${labelled} labels, ${suggested} suggestions, ${agreed} agreed: ${ms.toFixed(0)} ms`)
    }
    return ms
  }
  await draft()
  const times: number[] = []
  for (let time = 0; time < Number(values.times); time += 1) {
    await label(used.slice(labelledCount, labelledCount + 10))
    labelledCount += 10
    times.push(await draft())
  }
  times.sort((a, b) => a - b)
  console.log(
    `median ${(times[Math.floor(times.length / 2)] ?? 0).toFixed(0)} ms, longest ${(times.at(-1) ?? 0).toFixed(0)} ms`,
  )
} finally {
  await core.close()
  rmSync(projectFolder, { recursive: true, force: true })
}
