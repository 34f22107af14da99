import { type Dataset, DatasetEntry, Leak, SplitCounts } from '../../../shared/domain/dataset.ts'
import type { DatasetId } from '../../../shared/domain/ids.ts'
import { ClassName } from '../../../shared/domain/label.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ReadableDb, WritableDb } from '../database/handles.ts'
import { datasetIdOf, rowOf } from '../database/row-ids.ts'

interface DatasetRow {
  readonly id: number
  readonly createdAtMs: number
  readonly seed: number
  readonly classes: string
  readonly countsByClass: string
  readonly hash: string
  readonly leaks: string
  readonly droppedLeakCount: number
}

const columns =
  'id, created_at_ms AS createdAtMs, seed, classes, counts_by_class AS countsByClass, hash, leaks, ' +
  'dropped_leak_count AS droppedLeakCount'

function datasetOfRow(row: DatasetRow): Dataset {
  return {
    ...row,
    id: datasetIdOf(row.id),
    classes: ClassName.array().parse(JSON.parse(row.classes)),
    countsByClass: SplitCounts.array().parse(JSON.parse(row.countsByClass)),
    leaks: Leak.array().parse(JSON.parse(row.leaks)),
  }
}

/** Newest first. */
export function listDatasets(db: ReadableDb): Dataset[] {
  return db.prepare<DatasetRow>(`SELECT ${columns} FROM dataset ORDER BY id DESC`).all().map(datasetOfRow)
}

/** Errors: not-found. */
export function getDataset(db: ReadableDb, id: DatasetId): Dataset {
  const row = db.prepare<DatasetRow>(`SELECT ${columns} FROM dataset WHERE id = ?`).get(rowOf(id))
  if (row === undefined) throw new AppError('not-found', said`There is no ${id} in this project.`)
  return datasetOfRow(row)
}

/** In the order of their paths. Errors: not-found. */
export function readEntries(db: ReadableDb, id: DatasetId): DatasetEntry[] {
  getDataset(db, id)
  const rows = db
    .prepare(
      `SELECT image_id AS imageId, path, content_hash AS contentHash, class_index AS classIndex, split
       FROM dataset_entry WHERE dataset_id = ? ORDER BY path`,
    )
    .all(rowOf(id))
  return DatasetEntry.array().parse(rows)
}

/** Stores a dataset for good; its id is given here. */
export function insertDataset(tx: WritableDb, dataset: Omit<Dataset, 'id'>, entries: readonly DatasetEntry[]): Dataset {
  const { lastInsertRowid } = tx
    .prepare(
      `INSERT INTO dataset (created_at_ms, seed, classes, counts_by_class, hash, leaks, dropped_leak_count)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      dataset.createdAtMs,
      dataset.seed,
      JSON.stringify(dataset.classes),
      JSON.stringify(dataset.countsByClass),
      dataset.hash,
      JSON.stringify(dataset.leaks),
      dataset.droppedLeakCount,
    )
  const row = Number(lastInsertRowid)
  const insert = tx.prepare(
    'INSERT INTO dataset_entry (dataset_id, path, image_id, content_hash, class_index, split) VALUES (?, ?, ?, ?, ?, ?)',
  )
  for (const entry of entries) {
    insert.run(row, entry.path, entry.imageId, entry.contentHash, entry.classIndex, entry.split)
  }
  tx.prepare(
    `INSERT INTO dataset_class (dataset_id, class_index, class_id)
     SELECT ?, name.key, class.id FROM json_each(?) AS name JOIN class ON class.name = name.value`,
  ).run(row, JSON.stringify(dataset.classes))
  return { ...dataset, id: datasetIdOf(row) }
}
