import type { ReadableDb } from '../database/handles.ts'

/** The class that each output of a model stands for now; null where that class is gone. */
export type ModelClasses = readonly (number | null)[]

/** The row of the model that predicted last; null where none did. */
export function readPredictor(db: ReadableDb): number | null {
  return db.prepare<{ id: number | null }>('SELECT predictor_id AS id FROM project').get()?.id ?? null
}

/** Classes that were renamed are still meant, those that were merged mean what they were merged into. */
export function readModelClasses(db: ReadableDb, modelRow: number | null): ModelClasses {
  const classes: (number | null)[] = []
  for (const { classIndex, classId } of db
    .prepare<{ classIndex: number; classId: number }>(
      `SELECT class_index AS classIndex, class_id AS classId
       FROM model JOIN run ON run.id = model.run_id JOIN dataset_class USING (dataset_id)
       WHERE model.id = ? ORDER BY class_index`,
    )
    .all(modelRow)) {
    while (classes.length < classIndex) classes.push(null)
    classes.push(presentClass(db, classId))
  }
  return classes
}

function presentClass(db: ReadableDb, classId: number): number | null {
  const isThere = db.prepare('SELECT 1 FROM class WHERE id = ?')
  const successor = db.prepare<{ id: number }>('SELECT into_id AS id FROM class_successor WHERE class_id = ?')
  const seen = new Set<number>()
  for (let id: number | undefined = classId; id !== undefined && !seen.has(id); id = successor.get(id)?.id) {
    if (isThere.get(id) !== undefined) return id
    seen.add(id)
  }
  return null
}
