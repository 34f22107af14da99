/**
 * How many wrong labels a check finds: a share of the training labels is flipped to another class, drawn by a seed.
 *
 *   node benchmarks/mislabelled.ts DATA [--first-seed 0] [--seeds 3] [--share 0.05] [--thorough]
 *
 * DATA holds <class>/* with labels that are right. Nothing is written into it. What was designed with some seeds in sight is
 * judged by others.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openCore } from '../src/main/cli/open-core.ts'
import type { ImageId } from '../src/shared/domain/ids.ts'
import { randomOf, shuffled } from '../src/shared/random.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'first-seed': { type: 'string', default: '0' },
    seeds: { type: 'string', default: '3' },
    share: { type: 'string', default: '0.05' },
    thorough: { type: 'boolean', default: false },
  },
})
const [data] = positionals
if (data === undefined) throw new Error('Name the folder of images.')

const projectFolder = mkdtempSync(join(tmpdir(), 'athanor-benchmark-'))
const core = openCore(() => undefined)
const { catalog, labels, project } = core.client

/** Flips labels, checks them all, and takes the flips back. */
async function measure(seed: number): Promise<readonly number[]> {
  const classes = await labels.classes({ projectId })
  const images = await catalog.getMany({ projectId, imageIds: all.slice(0, 2_000) })
  const random = randomOf(seed)
  const flipped = new Set<ImageId>()
  for (const { id, label } of shuffled(images, random).slice(0, Math.round(images.length * Number(values.share)))) {
    const others = classes.filter((one) => one.id !== label?.classId)
    const other = others[Math.floor(random() * others.length)]
    if (other === undefined) throw new Error('There must be two classes.')
    await labels.assign({ projectId, images: { ids: [id] }, classId: other.id })
    flipped.add(id)
  }
  const startMs = performance.now()
  for await (const event of labels.check({ projectId, thorough: values.thorough })) void event
  const seconds = (performance.now() - startMs) / 1000
  const orderOf = async (filter: { doubted?: boolean }) =>
    (await catalog.order({ projectId, query: { filter, sort: 'doubt' } })).imageIds
  const everything = await orderOf({})
  const doubted = await orderOf({ doubted: true })
  const found = (ids: readonly ImageId[]) => ids.filter((id) => flipped.has(id)).length
  const foundIn = (share: number) => found(everything.slice(0, Math.round(everything.length * share))) / flipped.size
  for (const _ of flipped) await labels.undo({ projectId })
  return [foundIn(0.05), foundIn(0.1), found(doubted) / flipped.size, found(doubted) / doubted.length, seconds]
}

const { id: projectId } = await project.open({ imageFolder: data, projectFolder })
let all: readonly ImageId[] = []
try {
  for await (const event of catalog.import({ projectId })) void event
  all = (await catalog.order({ projectId, query: { filter: { classId: 'labelled', state: 'readable' } } })).imageIds
  console.log(
    `${String(all.length)} images\n\n` +
      '| seed | flipped in the first 5 % | in the first 10 % | among the doubted | of the doubted are flipped | s |\n' +
      '| --- | ---: | ---: | ---: | ---: | ---: |',
  )
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`
  const say = (name: string, row: readonly number[]) =>
    console.log(`| ${name} | ${row.slice(0, -1).map(percent).join(' | ')} | ${(row.at(-1) ?? 0).toFixed(1)} |`)
  const rows: (readonly number[])[] = []
  for (let count = 0; count < Number(values.seeds); count += 1) {
    const seed = Number(values['first-seed']) + count
    const row = await measure(seed)
    rows.push(row)
    say(String(seed), row)
  }
  const mean = (rows[0] ?? []).map((_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length)
  say('mean', mean)
} finally {
  await core.close()
  rmSync(projectFolder, { recursive: true, force: true })
}
