import type { CatalogCounts } from '../../../shared/contract/catalog.ts'
import { isDoubted } from '../checks/label-check-repository.ts'
import type { ReadableDb } from '../database/handles.ts'

/** Images that share their content with another; all that a filter needs, and their number. */
export const copiedContents =
  "SELECT content_hash FROM image INDEXED BY image_copies WHERE state = 'readable' GROUP BY content_hash HAVING count(*) > 1"

/** Those of partial indexes. Only of readable images is known what a model says. */
export const suggested = 'class_id IS NULL AND predicted_class_id IS NOT NULL'
export const disagreeing = 'class_id <> predicted_class_id'

/** What `countImages` asks; each is answered from one index alone. */
export const countQueries = {
  images: 'SELECT count(*) AS count FROM image',
  labelled: 'SELECT count(*) AS count FROM image WHERE class_id IS NOT NULL',
  unlabelled:
    "SELECT count(*) AS count FROM image INDEXED BY image_waiting WHERE state = 'readable' AND class_id IS NULL",
  unreadable: "SELECT count(*) AS count FROM image WHERE state = 'unreadable'",
  missing: "SELECT count(*) AS count FROM image WHERE state = 'missing'",
  duplicated: `SELECT coalesce(sum(copies), 0) AS count FROM (${copiedContents.replace(' content_hash ', ' count(*) AS copies ')})`,
  skipped: 'SELECT count(*) AS count FROM image WHERE is_skipped = 1',
  suggested: `SELECT count(*) AS count FROM image INDEXED BY image_suggested WHERE ${suggested}`,
  disagreeing: `SELECT count(*) AS count FROM image INDEXED BY image_disagreeing WHERE ${disagreeing}`,
  // CROSS keeps SQLite from going through all images instead of the few that are doubted.
  doubted: `SELECT count(*) AS count FROM label_check AS said INDEXED BY label_check_doubted
    CROSS JOIN image ON image.id = said.image_id WHERE ${isDoubted}`,
  train: "SELECT count(*) AS count FROM image WHERE split = 'train'",
  validation: "SELECT count(*) AS count FROM image WHERE split = 'validation'",
  test: "SELECT count(*) AS count FROM image WHERE split = 'test'",
} as const satisfies Record<Exclude<keyof CatalogCounts, 'bySplit'> | 'train' | 'validation' | 'test', string>

/** Counts of the whole catalog. `unlabelled` are those that wait for a label: the readable ones without. */
export function countImages(db: ReadableDb): CatalogCounts {
  const count = (name: keyof typeof countQueries) => db.prepare<{ count: number }>(countQueries[name]).get()?.count ?? 0
  const images = count('images')
  const [train, validation, test] = [count('train'), count('validation'), count('test')]
  return {
    images,
    labelled: count('labelled'),
    unlabelled: count('unlabelled'),
    unreadable: count('unreadable'),
    missing: count('missing'),
    duplicated: count('duplicated'),
    skipped: count('skipped'),
    suggested: count('suggested'),
    disagreeing: count('disagreeing'),
    doubted: count('doubted'),
    bySplit: { train, validation, test, none: images - train - validation - test },
  }
}
