import type { CatalogCounts } from '../../../shared/contract/catalog.ts'
import type { ReadableDb } from '../database/handles.ts'

/** Counts of the whole catalog. `unlabelled` are those that wait for a label: the readable ones without. */
export function countImages(db: ReadableDb): CatalogCounts {
  const byState = db
    .prepare<{ state: string; images: number; labelled: number }>(
      'SELECT state, count(*) AS images, count(class_id) AS labelled FROM image GROUP BY state',
    )
    .all()
  const duplicated = db
    .prepare<{ images: number }>(
      `SELECT coalesce(sum(copies), 0) AS images FROM (
         SELECT count(*) AS copies FROM image WHERE state = 'readable' GROUP BY content_hash HAVING count(*) > 1
       )`,
    )
    .get()
  const sum = (pick: (row: (typeof byState)[number]) => number) => byState.reduce((total, row) => total + pick(row), 0)
  const imagesIn = (state: string) => sum((row) => (row.state === state ? row.images : 0))
  return {
    images: sum((row) => row.images),
    labelled: sum((row) => row.labelled),
    unlabelled: sum((row) => (row.state === 'readable' ? row.images - row.labelled : 0)),
    unreadable: imagesIn('unreadable'),
    missing: imagesIn('missing'),
    duplicated: duplicated?.images ?? 0,
  }
}
