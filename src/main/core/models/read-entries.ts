import { DatasetEntry } from '../../../shared/domain/dataset.ts'
import type { DatasetId } from '../../../shared/domain/ids.ts'
import type { ReadableDb } from '../database/handles.ts'
import { rowOf } from '../database/row-ids.ts'

/** The entries of a frozen dataset, in the order of their paths. */
export function readEntries(reader: ReadableDb, datasetId: DatasetId): DatasetEntry[] {
  return reader
    .prepare(
      `SELECT image_id AS imageId, path, content_hash AS contentHash, class_index AS classIndex, split
       FROM dataset_entry WHERE dataset_id = ? ORDER BY path`,
    )
    .all(rowOf(datasetId))
    .map((row) => DatasetEntry.parse(row))
}
