import type { ImageFilter } from '../../../shared/contract/catalog.ts'
import { isDoubted } from '../checks/label-check-repository.ts'
import { copiedContents, disagreeing, suggested } from './count-images.ts'
import { foldCase } from '../database/fold-case.ts'
import type { SqlValue } from '../database/handles.ts'

export interface Condition {
  /** For a WHERE; `1` where nothing is filtered. */
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

/** Looks at what the image is now: of other bytes a model has said nothing. */
const isPredictedFrom = `state = 'readable' AND EXISTS (
  SELECT 1 FROM prediction AS said
  WHERE said.model_id = (SELECT predictor_id FROM project) AND said.image_id = image.id
    AND said.content_hash = image.content_hash AND said.confidence >= ?)`

/** What a filter means in SQL. `unlabelled` takes every image without a label, also those that cannot be read. */
export function conditionOf(filter: ImageFilter): Condition {
  const parts: { sql: string; parameters: SqlValue[] }[] = []
  const add = (sql: string, ...parameters: SqlValue[]) => parts.push({ sql, parameters })

  if (filter.classId === 'unlabelled') add('class_id IS NULL')
  else if (filter.classId === 'labelled') add('class_id IS NOT NULL')
  else if (filter.classId !== undefined) add('class_id = ?', filter.classId)
  if (filter.split === 'none') add('split IS NULL')
  else if (filter.split !== undefined) add('split = ?', filter.split)
  if (filter.state !== undefined) add('state = ?', filter.state)
  if (filter.unreadableReason !== undefined) add('unreadable_reason = ?', filter.unreadableReason)
  if (filter.origin !== undefined) add('label_origin = ?', filter.origin)
  if (filter.pathContains !== undefined) add('instr(fold_case(path), ?) > 0', foldCase(filter.pathContains))
  // The plus keeps SQLite from reading all that is readable: it is to look the contents up.
  if (filter.duplicated === true) add(`+state = 'readable' AND image.content_hash IN (${copiedContents})`)
  if (filter.duplicated === false) add(`(state <> 'readable' OR image.content_hash NOT IN (${copiedContents}))`)
  if (filter.skipped !== undefined) add(`is_skipped = ${filter.skipped ? 1 : 0}`)
  if (filter.predictedClassId !== undefined) add('predicted_class_id = ?', filter.predictedClassId)
  if (filter.disagrees !== undefined) add(filter.disagrees ? disagreeing : `(${disagreeing}) IS NOT 1`)
  if (filter.doubted !== undefined) {
    add(
      `${filter.doubted ? '' : 'NOT '}EXISTS (SELECT 1 FROM label_check AS said WHERE said.image_id = image.id AND ${isDoubted})`,
    )
  }
  if (filter.suggested !== undefined) add(filter.suggested ? suggested : `(${suggested}) IS NOT 1`)

  if (filter.confidenceMin !== undefined) add(isPredictedFrom, filter.confidenceMin)

  return {
    sql: parts.length === 0 ? '1' : parts.map(({ sql }) => sql).join(' AND '),
    parameters: parts.flatMap(({ parameters }) => parameters),
  }
}
