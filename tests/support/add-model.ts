import { insertDataset } from '../../src/main/core/datasets/dataset-repository.ts'
import type { WritableDb } from '../../src/main/core/database/handles.ts'
import { modelIdOf, rowOf } from '../../src/main/core/database/row-ids.ts'
import type { ModelId } from '../../src/shared/domain/ids.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import { sha256Of } from './examinations.ts'

/** The rows of a model that knows these classes, without a training behind it. */
export function addModel(tx: WritableDb, classes: readonly string[]): ModelId {
  const dataset = insertDataset(
    tx,
    {
      createdAtMs: 0,
      seed: 0,
      classes: [...classes],
      countsByClass: classes.map(() => ({ train: 1, validation: 0, test: 0 })),
      hash: sha256Of(classes.join()),
      leaks: [],
      droppedLeakCount: 0,
    },
    [],
  )
  const run = tx
    .prepare("INSERT INTO run (dataset_id, recipe, state, created_at_ms) VALUES (?, ?, 'done', 0)")
    .run(rowOf(dataset.id), JSON.stringify(presets.quick))
  const model = tx.prepare('INSERT INTO model (run_id, created_at_ms) VALUES (?, 0)').run(Number(run.lastInsertRowid))
  return modelIdOf(Number(model.lastInsertRowid))
}
