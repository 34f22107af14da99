import { ClassId } from '../../../shared/domain/ids.ts'
import type { ImageClass } from '../../../shared/domain/label.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import type { StoredClass } from './change.ts'

/** In the order of their making. */
export function listClasses(db: ReadableDb): ImageClass[] {
  return db
    .prepare<StoredClass & { imageCount: number }>(
      `SELECT class.id, name, colour, key, (SELECT count(*) FROM image WHERE class_id = class.id) AS imageCount
       FROM class ORDER BY class.id`,
    )
    .all()
    .map((row) => ({ ...row, id: ClassId.parse(row.id) }))
}

export function readClasses(db: ReadableDb): StoredClass[] {
  return db.prepare<StoredClass>('SELECT id, name, colour, key FROM class ORDER BY id').all()
}

/** Errors: not-found. */
export function getClass(db: ReadableDb, id: ClassId): StoredClass {
  const row = db.prepare<StoredClass>('SELECT id, name, colour, key FROM class WHERE id = ?').get(id)
  if (row === undefined) throw new AppError('not-found', said`There is no class ${id}; it may have been removed.`)
  return row
}

export function getImageClass(db: ReadableDb, id: ClassId): ImageClass {
  const stored = getClass(db, id)
  const row = db.prepare<{ images: number }>('SELECT count(*) AS images FROM image WHERE class_id = ?').get(id)
  return { ...stored, id, imageCount: row?.images ?? 0 }
}

/** Errors: conflict where another class has the name. */
export function assertNameIsFree(db: ReadableDb, name: string): void {
  const taken = db.prepare('SELECT 1 FROM class WHERE name = ?').get(name)
  if (taken !== undefined) throw new AppError('conflict', said`There is a class "${name}" already.`)
}

/** Ids are never given twice: the history may still speak of a class that is gone. */
export function nextClassId(tx: WritableDb): number {
  const row = tx.prepare<{ latest: number }>("SELECT seq AS latest FROM sqlite_sequence WHERE name = 'class'").get()
  return (row?.latest ?? 0) + 1
}
