import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignLabel } from '../../../src/main/core/labels/assign-label.ts'
import { createClass } from '../../../src/main/core/labels/class-edits.ts'
import { transaction } from '../../../src/main/core/database/handles.ts'

import { bitmap } from '../../support/pictures.ts'
import { openTestProject, runImport } from '../../support/test-project.ts'

const name = fc.constantFrom('a.bmp', 'b.bmp', 'c.bmp', 'd.bmp', 'e.bmp')
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('rename' as const), from: name, to: name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('swap' as const), from: name, to: name }) },
  fc.record({ do: fc.constant('delete' as const), from: name }),
  fc.record({ do: fc.constant('add' as const), to: name }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('import' as const) }) },
)

test(
  'whatever is renamed, swapped, deleted and added, a label never comes to another picture',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const project = openTestProject()
        const place = (path: string) => join(project.imageFolder, path)
        let next = 1
        const add = (path: string) => {
          writeFileSync(place(path), bitmap(next, { sidePx: 8 }))
          next += 1
        }
        mkdirSync(project.imageFolder, { recursive: true })
        for (const path of ['a.bmp', 'b.bmp', 'c.bmp']) add(path)
        await runImport(project)
        // Each picture gets a class of its own that says which one it is.
        transaction(project.writer, (tx) => {
          const rows = tx.prepare<{ id: number; hash: string }>('SELECT id, content_hash AS hash FROM image').all()
          for (const { id, hash } of rows) {
            assignLabel(tx, { imageIds: [id], classId: createClass(tx, hash, 0).classId, origin: 'person', who: '' }, 0)
          }
        })
        for (const one of [...steps, { do: 'import' as const }]) {
          if (one.do === 'import') await runImport(project)
          else if (one.do === 'add') {
            if (!existsSync(place(one.to))) add(one.to)
          } else if (existsSync(place(one.from))) {
            if (one.do === 'delete') rmSync(place(one.from))
            else if (one.do === 'rename' && !existsSync(place(one.to))) renameSync(place(one.from), place(one.to))
            else if (one.do === 'swap' && existsSync(place(one.to)) && one.from !== one.to) {
              renameSync(place(one.from), place('swap'))
              renameSync(place(one.to), place(one.from))
              renameSync(place('swap'), place(one.to))
            }
          }
        }
        const rows = project.reader
          .prepare<{ path: string; state: string; hash: string; name: string | null }>(
            `SELECT path, state, content_hash AS hash, (SELECT name FROM class WHERE class.id = class_id) AS name FROM image`,
          )
          .all()
        const present = rows.filter(({ state }) => state !== 'missing')
        const files = readdirSync(project.imageFolder).filter((file) => file.endsWith('.bmp'))
        expect(present.map(({ path }) => path).sort()).toEqual(files.sort())
        for (const { path, hash } of present)
          expect(hash).toBe(
            createHash('sha256')
              .update(readFileSync(place(path)))
              .digest('hex'),
          )
        for (const { hash, name: label } of rows) if (label !== null) expect(label).toBe(hash)
        // No label is lost, and what is there and was labelled once has its label.
        expect(rows.filter(({ name: label }) => label !== null)).toHaveLength(3)
        const labelled = new Set(rows.flatMap(({ name: label }) => label ?? []))
        for (const { hash, name: label } of present) if (labelled.has(hash)) expect(label).toBe(hash)
      }),
      { numRuns: 60, seed: 12 },
    )
  },
)
