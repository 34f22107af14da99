import { rmSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { WritableDb } from '../database/handles.ts'
import type { Host } from '../host.ts'

/**
 * Notes in the transaction that makes folders needless that they are to be deleted. Never guessed from what lies in the
 * project folder: beside a catalog that was restored from a back-up there may be newer runs.
 */
export function discardFolders(tx: WritableDb, { projectFolder }: OpenProject, folders: readonly string[]): void {
  const note = tx.prepare('INSERT OR IGNORE INTO discarded_folder (path) VALUES (?)')
  for (const folder of folders) note.run(relative(projectFolder, folder).split(sep).join('/'))
}

/** Deletes the folders that have been noted; one that cannot be deleted now is tried again when the project opens. */
export function removeDiscarded(host: Host, { projectFolder, reader, writer }: OpenProject): void {
  for (const { path } of reader.prepare<{ path: string }>('SELECT path FROM discarded_folder').all()) {
    try {
      rmSync(join(projectFolder, path), { recursive: true, force: true })
      transaction(writer, (tx) => tx.prepare('DELETE FROM discarded_folder WHERE path = ?').run(path))
    } catch (thrown) {
      host.log(`${path} could not be deleted: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
  }
}
