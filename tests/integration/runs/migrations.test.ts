import { join } from 'node:path'
import { expect, test } from 'vitest'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { allMigrations } from '../../../src/main/core/database/migrations/all-migrations.ts'
import { openCatalog } from '../../../src/main/core/database/open-catalog.ts'
import { listRuns } from '../../../src/main/core/runs/run-repository.ts'
import { presets } from '../../../src/shared/domain/recipe.ts'
import { errorOf } from '../../support/app-errors.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('runs of a catalog from before keep what they were, unstarred, without a note, and judged on as many images as they told', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'catalog.sqlite')
  const options = { nowMs: 1, backupsFolder: join(folder, 'backups') }
  const old = openCatalog(file, { ...options, migrations: allMigrations.slice(0, 2) })
  transaction(old.writer, (tx) => {
    tx.prepare(
      `INSERT INTO dataset (created_at_ms, seed, classes, counts_by_class, hash, leaks, dropped_leak_count)
       VALUES (1, 0, '[]', '[]', '', '[]', 0)`,
    ).run()
    const recipe = JSON.stringify(presets.reference)
    tx.prepare("INSERT INTO run (dataset_id, recipe, state, created_at_ms) VALUES (1, ?, 'done', 7)").run(recipe)
    tx.prepare('INSERT INTO model (id, run_id, created_at_ms) VALUES (1, 1, 8)').run()
    tx.prepare('UPDATE run SET model_id = 1, accuracy = 0.5').run()
    const tell = tx.prepare('INSERT INTO run_event (run_id, seq, at_ms, event) VALUES (1, ?, 9, ?)')
    const told = [
      { kind: 'evaluation', evaluation: { split: 'test', imageCount: 40 } },
      { kind: 'evaluation', evaluation: { split: 'validation', imageCount: 30 } },
    ]
    told.forEach((event, at) => tell.run(at + 1, JSON.stringify(event)))
    tx.prepare("INSERT INTO run (dataset_id, recipe, state, created_at_ms) VALUES (1, ?, 'stopped', 9)").run(recipe)
  })
  old.close()
  const catalog = openCatalog(file, options)
  expect(listRuns(catalog.reader)).toMatchObject([
    { id: 'run-2', accuracy: null, judgedCount: null },
    { id: 'run-1', createdAtMs: 7, modelId: 'model-1', accuracy: 0.5, judgedCount: 40, note: '', isStarred: false },
  ])
  const star = () => transaction(catalog.writer, (tx) => tx.prepare('UPDATE run SET is_starred = 2').run())
  expect(errorOf(star).message).toMatch(/CHECK/)
  catalog.close()
})
