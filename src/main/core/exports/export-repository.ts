import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Export } from '../../../shared/domain/export.ts'
import type { OpenProject } from '../core-context.ts'
import type { WritableDb } from '../database/handles.ts'
import { noteChange } from '../database/note-change.ts'
import { modelIdOf, rowOf } from '../database/row-ids.ts'
import { isWithin } from '../project/is-within.ts'

interface ExportRow {
  readonly model_id: number
  readonly format: string
  readonly folder: string
  readonly size_bytes: number
  readonly created_at_ms: number
  readonly parity: string
}

/** Every export holds one. */
export const cardFile = 'model-card.md'

/** An earlier export that lay in the same folder is gone. */
export function insertExport(tx: WritableDb, project: OpenProject, made: Export): void {
  const folder = storedFolder(project, made.folder)
  tx.prepare('DELETE FROM export WHERE folder = ?').run(folder)
  tx.prepare(
    'INSERT INTO export (model_id, format, folder, size_bytes, created_at_ms, parity) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(rowOf(made.modelId), made.format, folder, made.sizeBytes, made.createdAtMs, JSON.stringify(made.parity))
  noteChange(tx, { what: ['exports'], imageIds: null })
}

/** Those that still lie where they were written, newest first. */
export function listExports(project: OpenProject): Export[] {
  return project.reader
    .prepare<ExportRow>('SELECT * FROM export ORDER BY id DESC')
    .all()
    .map((row) =>
      Export.parse({
        modelId: modelIdOf(row.model_id),
        format: row.format,
        folder: resolve(project.projectFolder, row.folder),
        sizeBytes: row.size_bytes,
        createdAtMs: row.created_at_ms,
        parity: JSON.parse(row.parity) as unknown,
      }),
    )
    .filter(({ folder }) => existsSync(join(folder, cardFile)))
}

/** A project that is moved takes the exports in it along. */
function storedFolder({ projectFolder }: OpenProject, folder: string): string {
  if (!isAbsolute(folder) || !isWithin(folder, projectFolder)) return folder
  return relative(projectFolder, folder).split(sep).join('/')
}
