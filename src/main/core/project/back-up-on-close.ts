import { toAppError } from '../../../shared/errors.ts'
import type { OpenProject } from '../core-context.ts'
import { backUp, latestBackup } from '../database/back-up.ts'
import { openConnection } from '../database/connection.ts'
import { type ReadableDb, readableDb } from '../database/handles.ts'
import type { Host } from '../host.ts'

const betweenBackupsMs = 15 * 60_000

/**
 * Copies a catalog whose labels differ from those of its latest copy, at most every 15 minutes. A clock that was turned
 * counts as time gone by. A copy that fails is logged: it must not keep the program from closing.
 */
export function backUpOnClose(project: OpenProject, host: Host): void {
  try {
    const { backupsFolder } = project.layout
    const latest = latestBackup(backupsFolder)
    if (latest !== null && Math.abs(host.now() - latest.madeAtMs) < betweenBackupsMs) return
    const history = historyOf(project.reader)
    if (history === (latest === null ? emptyHistory : historyOfFile(latest.file))) return
    backUp(project.writer.connection, backupsFolder, 'regular')
  } catch (thrown) {
    host.log(`the catalog was not backed up: ${toAppError(thrown).message}`)
  }
}

const emptyHistory = '0 0 0'

/** Differs whenever labels do: edits are numbered for good, and undoing one shows. */
function historyOf(db: ReadableDb): string {
  const row = db
    .prepare<{ edits: number; latest: number; undone: number }>(
      'SELECT count(*) AS edits, coalesce(max(id), 0) AS latest, coalesce(sum(is_undone), 0) AS undone FROM edit',
    )
    .get()
  return `${row?.edits ?? 0} ${row?.latest ?? 0} ${row?.undone ?? 0}`
}

function historyOfFile(file: string): string {
  const connection = openConnection(file, { readOnly: true })
  try {
    return historyOf(readableDb(connection))
  } finally {
    connection.close()
  }
}
