import { toAppError } from '../../../shared/errors.ts'
import type { OpenProject } from '../core-context.ts'
import { backUp, latestBackupAtMs } from '../database/back-up.ts'
import type { Host } from '../host.ts'

const betweenBackupsMs = 15 * 60_000

/**
 * Copies a catalog that holds labels, at most every 15 minutes and only when it has changed since. A clock that was
 * turned back counts as time gone by. A copy that fails is logged: it must not keep the program from closing.
 */
export function backUpOnClose(project: OpenProject, host: Host): void {
  try {
    const { backupsFolder } = project.layout
    const latestAtMs = latestBackupAtMs(backupsFolder)
    if (latestAtMs !== null && Math.abs(host.now() - latestAtMs) < betweenBackupsMs) return
    const edit = project.reader
      .prepare<{ latestAtMs: number | null }>('SELECT max(at_ms) AS latestAtMs FROM edit')
      .get()
    const editedAtMs = edit?.latestAtMs ?? null
    if (editedAtMs === null || (latestAtMs !== null && editedAtMs < latestAtMs)) return
    backUp(project.writer.connection, backupsFolder, 'regular')
  } catch (thrown) {
    host.log(`the catalog was not backed up: ${toAppError(thrown).message}`)
  }
}
