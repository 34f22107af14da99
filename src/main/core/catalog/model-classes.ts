import type { ReadableDb } from '../database/handles.ts'

/** The class that each output of a model stands for now; null where that class is gone. */
export type ModelClasses = readonly (number | null)[]

/** Stands for the draft where a row of a model is meant: there is no model of it. */
export const draftRow = 0

/** The row of the model that predicted last, or `draftRow`; null where nothing predicted. */
export function readPredictor(db: ReadableDb): number | null {
  return db.prepare<{ id: number | null }>('SELECT predictor_id AS id FROM project').get()?.id ?? null
}

/** Classes that were renamed are still meant, those that were merged mean what they were merged into. */
export function readModelClasses(db: ReadableDb, modelRow: number | null): ModelClasses {
  const classes: (number | null)[] = []
  const rows = modelRow === draftRow ? db.prepare<ClassRow>(ofDraft).all() : db.prepare<ClassRow>(ofModel).all(modelRow)
  for (const { classIndex, classId } of rows) {
    while (classes.length < classIndex) classes.push(null)
    classes.push(presentClass(db, classId))
  }
  return classes
}

interface ClassRow {
  readonly classIndex: number
  readonly classId: number
}

const ofDraft = 'SELECT class_index AS classIndex, class_id AS classId FROM draft_class ORDER BY class_index'
const ofModel = `SELECT class_index AS classIndex, class_id AS classId
  FROM model JOIN run ON run.id = model.run_id JOIN dataset_class USING (dataset_id)
  WHERE model.id = ? ORDER BY class_index`

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
