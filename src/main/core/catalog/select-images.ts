import type { ImageSelection } from '../../../shared/contract/catalog.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ReadableDb } from '../database/handles.ts'
import { conditionOf } from './image-filter.ts'

const unknownShown = 5

/** The ids of the selected images. Errors: not-found, naming the first ids or paths that the catalog does not know. */
export function selectImages(db: ReadableDb, selection: ImageSelection): number[] {
  if ('filter' in selection) {
    const { sql, parameters } = conditionOf(selection.filter)
    return db
      .prepare<{ id: number }>(`SELECT id FROM image WHERE ${sql} ORDER BY id`)
      .all(...parameters)
      .map(({ id }) => id)
  }
  if ('ids' in selection) {
    const known = db
      .prepare<{ id: number }>('SELECT id FROM image WHERE id IN (SELECT value FROM json_each(?))')
      .all(JSON.stringify(selection.ids))
      .map(({ id }) => id)
    const found = new Set<number>(known)
    refuseUnknown(selection.ids.filter((id) => !found.has(id)).map((id) => `image ${id}`))
    return known
  }
  const ids = selection.paths.map((path) => ({ path, id: findByPath(db, path) }))
  refuseUnknown(ids.filter(({ id }) => id === null).map(({ path }) => path))
  return [...new Set(ids.flatMap(({ id }) => id ?? []))]
}

/** The image at a path: of several, the one that is there now, or else the latest that was. */
export function findByPath(db: ReadableDb, path: string): number | null {
  const row = db
    .prepare<{ id: number }>("SELECT id FROM image WHERE path = ? ORDER BY state = 'missing', id DESC LIMIT 1")
    .get(path)
  return row?.id ?? null
}

function refuseUnknown(unknown: readonly string[]): void {
  if (unknown.length === 0) return
  const names = unknown.slice(0, unknownShown).join(', ')
  const others = unknown.length - unknownShown
  throw new AppError(
    'not-found',
    others > 0
      ? said`The catalog does not know ${names} and ${others} more.`
      : said`The catalog does not know ${names}.`,
  )
}
