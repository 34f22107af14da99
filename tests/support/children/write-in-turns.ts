/** Reads and writes the catalog of the project in argv[2] argv[4] times as writer argv[3]; prints the longest waits. */
import { writeSync } from 'node:fs'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { openProject, placeProject } from '../../../src/main/core/project/open-project.ts'

const [, , imageFolder = '', writer = '', count = '0'] = process.argv
const { project, catalog } = openProject(placeProject({ imageFolder, projectFolder: null, create: true }), 0)
const waitsMs: number[] = []
const pause = new Int32Array(new SharedArrayBuffer(4))
for (let at = 0; at < Number(count); at += 1) {
  const startedAtMs = performance.now()
  transaction(project.writer, (tx) => {
    // What is read here must still be so when it is written.
    const row = tx.prepare<{ latest: number | null }>('SELECT max(image_count) AS latest FROM edit').get()
    tx.prepare("INSERT INTO edit (description, image_count, at_ms, change) VALUES (?, ?, 0, '{}')").run(
      writer,
      (row?.latest ?? 0) + 1,
    )
  })
  waitsMs.push(performance.now() - startedAtMs)
  // SQLite's lock knows no queue: one who never pauses keeps all others out, and no program of ours is like that.
  Atomics.wait(pause, 0, 0, 0.5)
}
catalog.close()
waitsMs.sort((a, b) => a - b)
writeSync(1, `${JSON.stringify({ p99Ms: waitsMs[Math.floor(waitsMs.length * 0.99)], maxMs: waitsMs.at(-1) })}\n`)
