/**
 * Milliseconds that the Label page waits for the catalog, on catalogs of 20,000 and of 100,000 images.
 *
 *   node benchmarks/browse.ts [--images 20000,100000] [--repeat 5] [--cpu-time]
 *
 * "ours" goes the whole way from a client over a channel to the disk and back; "peer" is the plainest SQL that answers the
 * same question, run right in this process on a copy of the catalog without any index but the keys: what the indexes
 * and columns must beat although they also pay for parsing and the channel. Each is the median of the repetitions.
 * With --cpu-time it counts the time that the processors gave this process, which a busy machine disturbs less; waiting
 * for the disk is not in it.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { labelLoss } from '../src/main/core/catalog/probabilities.ts'
import { openConnection } from '../src/main/core/database/connection.ts'
import { openCore } from '../src/main/cli/open-core.ts'
import { openProject, placeProject } from '../src/main/core/project/open-project.ts'
import type { ImageFilter, ImageSort } from '../src/shared/contract/catalog.ts'
import { ClassId, ImageId } from '../src/shared/domain/ids.ts'
import { fillCatalog } from '../tests/support/large-catalog.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000,100000' },
    repeat: { type: 'string', default: '5' },
    'cpu-time': { type: 'boolean', default: false },
  },
})
const repeat = Number(values.repeat)

interface Line {
  readonly what: string
  readonly oursMs: number
  readonly peerMs: number | null
}

function nowMs(): number {
  if (!values['cpu-time']) return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function medianMs(work: () => unknown): Promise<number> {
  const tookMs: number[] = []
  for (let at = 0; at < repeat; at += 1) {
    const startedAtMs = nowMs()
    await work()
    tookMs.push(nowMs() - startedAtMs)
  }
  return tookMs.sort((a, b) => a - b)[Math.floor(repeat / 2)] ?? Number.NaN
}

/** A catalog that was filled and closed, and its copy without indexes. */
function prepare(work: string, imageCount: number) {
  const imageFolder = join(work, `images-${imageCount}`)
  mkdirSync(imageFolder)
  const { project, catalog } = openProject(placeProject({ imageFolder, projectFolder: null, create: true }), Date.now())
  fillCatalog(project, imageCount)
  catalog.close()
  const plainFile = join(work, `plain-${imageCount}.sqlite`)
  copyFileSync(catalog.file, plainFile)
  const plain = new Database(plainFile)
  const indexes = plain.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").all()
  for (const { name } of indexes as { name: string }[]) plain.exec(`DROP INDEX "${name}"`)
  plain.exec('VACUUM')
  plain.close()
  return { imageFolder, plainFile }
}

const filters: readonly (readonly [string, ImageFilter, string])[] = [
  ['one class', { classId: ClassId.parse(3) }, 'class_id = 3'],
  [
    'disagreeing in training',
    { disagrees: true, split: 'train' },
    "class_id IS NOT NULL AND class_id <> predicted_class_id AND split = 'train'",
  ],
  [
    'copies without a label',
    { duplicated: true, classId: 'unlabelled' },
    `class_id IS NULL AND state = 'readable' AND content_hash IN
       (SELECT content_hash FROM image WHERE state = 'readable' GROUP BY 1 HAVING count(*) > 1)`,
  ],
  ['"0421" in the path', { pathContains: '0421' }, "instr(lower(path), '0421') > 0"],
]

const peerOrders: Readonly<Record<ImageSort, string>> = {
  path: 'path',
  newest: 'modified_at_ms DESC, path',
  oldest: 'modified_at_ms, path',
  uncertainty: 'class_id IS NOT NULL OR is_skipped = 1, uncertainty DESC, path',
  loss: `(SELECT label_loss(probabilities, CAST(image.class_id - 1 AS TEXT)) FROM prediction
          WHERE model_id = 1 AND image_id = image.id AND prediction.content_hash = image.content_hash) DESC, path`,
  doubt: '(SELECT doubt_ratio FROM label_check WHERE image_id = image.id) DESC, path',
}

async function measure(imageFolder: string, plainFile: string, imageCount: number): Promise<Line[]> {
  const lines: Line[] = []
  const plain = new Database(plainFile)
  plain.function('label_loss', { deterministic: true }, labelLoss)
  const peer = (sql: string) => medianMs(() => plain.prepare(sql).raw().all())
  const add = (what: string, oursMs: number, peerMs: number | null = null) => lines.push({ what, oursMs, peerMs })

  const openMs = await medianMs(async () => {
    const opening = openCore(() => undefined)
    await opening.client.project.open({ imageFolder })
    await opening.close()
  })
  add('open the project', openMs, await medianMs(() => checkWhole(plainFile)))

  const core = openCore(() => undefined)
  try {
    const { catalog, labels, project } = core.client
    const { id: projectId } = await project.open({ imageFolder })
    for (const sort of Object.keys(peerOrders) as ImageSort[]) {
      const oursMs = await medianMs(() => catalog.order({ projectId, query: { sort } }))
      add(`order by ${sort}`, oursMs, await peer(`SELECT id FROM image ORDER BY ${peerOrders[sort]}`))
    }
    for (const [name, filter, sql] of filters) {
      for (const sort of ['path', 'loss'] as const) {
        const oursMs = await medianMs(() => catalog.order({ projectId, query: { filter, sort } }))
        add(
          `order: ${name}, by ${sort}`,
          oursMs,
          await peer(`SELECT id FROM image WHERE ${sql} ORDER BY ${peerOrders[sort]}`),
        )
      }
    }
    const query = { filter: {}, sort: 'path' as const }
    add('locate what is nowhere', await medianMs(() => catalog.locate({ projectId, query, text: 'no such name' })))
    add('counts', await medianMs(() => catalog.counts({ projectId })), await peer(plainCounts))
    add('classes with counts', await medianMs(() => labels.classes({ projectId })))
    const { imageIds } = await catalog.order({ projectId })
    const some = Array.from({ length: 200 }, (_, at) => imageIds[(at * 499) % imageCount] ?? ImageId.parse(1))
    add(
      'get 200 images',
      await medianMs(() => catalog.getMany({ projectId, imageIds: some })),
      await peer(`SELECT * FROM image WHERE id IN (${some.join()})`),
    )
    const first = { ids: imageIds.slice(0, 1) }
    const many = { ids: imageIds.slice(0, 10_000) }
    let classId = 0
    const nextClass = () => ClassId.parse(1 + (classId++ % 12))
    add('label one image', await medianMs(() => labels.assign({ projectId, images: first, classId: nextClass() })))
    const labelMs = await medianMs(() => labels.assign({ projectId, images: many, classId: nextClass() }))
    const update = plain.prepare(
      `UPDATE image SET class_id = ?, label_origin = 'person', label_who = '', labelled_at_ms = 1, is_skipped = 0
       WHERE id IN (SELECT value FROM json_each(?))`,
    )
    add(
      'label 10,000 images',
      labelMs,
      await medianMs(() => update.run(1 + (classId++ % 12), JSON.stringify(many.ids))),
    )
    add('undo 10,000 labels', await medianMs(() => labels.undo({ projectId })))
    const all = { filter: { suggested: true } }
    const accept = async () => {
      await labels.acceptSuggestions({ projectId, images: all })
    }
    add('accept all suggestions', await onceMs(accept))
    add('delete a class', await onceMs(() => labels.deleteClass({ projectId, classId: ClassId.parse(2) })))
  } finally {
    await core.close()
    plain.close()
  }
  return lines
}

async function onceMs(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = nowMs()
  await work()
  return nowMs() - startedAtMs
}

/** Opening checks the whole file for damage: so does the peer. */
function checkWhole(file: string): void {
  const connection = openConnection(file, { readOnly: true })
  connection.pragma('quick_check(1)')
  connection.close()
}

const plainCounts = `SELECT count(*), sum(class_id IS NOT NULL), sum(class_id IS NULL AND state = 'readable'),
  sum(state = 'unreadable'), sum(state = 'missing'), sum(is_skipped), sum(class_id IS NULL AND predicted_class_id IS NOT NULL),
  sum(class_id <> predicted_class_id), sum(split = 'train'), sum(split = 'validation'), sum(split = 'test'),
  (SELECT sum(copies) FROM (SELECT count(*) AS copies FROM image WHERE state = 'readable' GROUP BY content_hash HAVING copies > 1))
  FROM image`

const work = mkdtempSync(join(tmpdir(), 'athanor-browse-'))
try {
  for (const imageCount of values.images.split(',').map(Number)) {
    const { imageFolder, plainFile } = prepare(work, imageCount)
    const lines = await measure(imageFolder, plainFile, imageCount)
    console.log(`\n${imageCount} images, median of ${repeat}${values['cpu-time'] ? ', processor time' : ''}\n`)
    console.log('| | ours, ms | peer, ms | ours / peer |\n| --- | ---: | ---: | ---: |')
    for (const { what, oursMs, peerMs } of lines) {
      const ratio = peerMs === null ? '' : (oursMs / peerMs).toFixed(2)
      console.log(`| ${what} | ${oursMs.toFixed(1)} | ${peerMs?.toFixed(1) ?? ''} | ${ratio} |`)
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
