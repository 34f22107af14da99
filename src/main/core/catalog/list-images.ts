import type { ImageFilter } from '../../../shared/contract/catalog.ts'
import type { ImageId } from '../../../shared/domain/ids.ts'
import type { Image } from '../../../shared/domain/image.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { ReadableDb } from '../database/handles.ts'
import { conditionOf } from './image-filter.ts'
import { imageColumns, imageOfRow, type ImageRow, imageSource } from './image-row.ts'

export interface PageRequest {
  readonly filter: ImageFilter
  /** A path, or what the page before gave as `next`. */
  readonly after: string | null
  readonly limit: number
}

export interface ImagePage {
  readonly images: Image[]
  readonly next: string | null
}

/** Separates the path from the id where one path has several images, of which all but one are missing. */
const idMark = '\0'

/** For tests of query plans too. */
export function pageQuery(filter: ImageFilter): string {
  return (
    `SELECT ${imageColumns} FROM ${imageSource} WHERE ${conditionOf(filter).sql} AND (path, id) > (?, ?) ` +
    'ORDER BY path, id LIMIT ?'
  )
}

export function listImages(db: ReadableDb, { filter, after, limit }: PageRequest): ImagePage {
  const rows = db
    .prepare<ImageRow>(pageQuery(filter))
    .all(...conditionOf(filter).parameters, ...positionAfter(after), limit + 1)
  const images = rows.slice(0, limit).map(imageOfRow)
  const [last, following] = [images.at(-1), rows[limit]]
  if (last === undefined || following === undefined) return { images, next: null }
  return { images, next: following.path === last.path ? `${last.path}${idMark}${last.id}` : last.path }
}

/** In the order asked for; ids that no image has are left out. */
export function getImages(db: ReadableDb, ids: readonly ImageId[]): Image[] {
  const rows = db
    .prepare<ImageRow>(`SELECT ${imageColumns} FROM ${imageSource} WHERE id IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(ids))
  const byId = new Map(rows.map((row) => [row.id, imageOfRow(row)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** Errors: not-found. */
export function getImage(db: ReadableDb, id: ImageId): Image {
  const row = db.prepare<ImageRow>(`SELECT ${imageColumns} FROM ${imageSource} WHERE id = ?`).get(id)
  if (row === undefined) throw new AppError('not-found', said`There is no image ${id} in the catalog.`)
  return imageOfRow(row)
}

function positionAfter(after: string | null): [path: string, id: number] {
  if (after === null) return ['', 0]
  const mark = after.lastIndexOf(idMark)
  return mark < 0 ? [after, Number.MAX_SAFE_INTEGER] : [after.slice(0, mark), Number(after.slice(mark + 1))]
}
