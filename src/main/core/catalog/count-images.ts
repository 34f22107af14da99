import type { CatalogCounts } from '../../../shared/contract/catalog.ts'
import type { ReadableDb } from '../database/handles.ts'

/** Images that share their content with another; all that a filter needs, and their number. */
export const copiedContents =
  "SELECT content_hash FROM image INDEXED BY image_copies WHERE state = 'readable' GROUP BY content_hash HAVING count(*) > 1"

/** What `countImages` asks; each is answered from one index alone. */
export const countQueries = {
  images: 'SELECT count(*) AS count FROM image',
  labelled: 'SELECT count(*) AS count FROM image WHERE class_id IS NOT NULL',
  unlabelled:
    "SELECT count(*) AS count FROM image INDEXED BY image_waiting WHERE state = 'readable' AND class_id IS NULL",
  unreadable: "SELECT count(*) AS count FROM image WHERE state = 'unreadable'",
  missing: "SELECT count(*) AS count FROM image WHERE state = 'missing'",
  duplicated: `SELECT coalesce(sum(copies), 0) AS count FROM (${copiedContents.replace(' content_hash ', ' count(*) AS copies ')})`,
} as const satisfies Record<keyof CatalogCounts, string>

/** Counts of the whole catalog. `unlabelled` are those that wait for a label: the readable ones without. */
export function countImages(db: ReadableDb): CatalogCounts {
  const count = (name: keyof CatalogCounts) => db.prepare<{ count: number }>(countQueries[name]).get()?.count ?? 0
  return {
    images: count('images'),
    labelled: count('labelled'),
    unlabelled: count('unlabelled'),
    unreadable: count('unreadable'),
    missing: count('missing'),
    duplicated: count('duplicated'),
  }
}
