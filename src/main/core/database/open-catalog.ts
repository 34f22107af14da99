import { existsSync } from 'node:fs'
import { backUp } from './back-up.ts'
import { type Connection, openConnection } from './connection.ts'
import { createCatalog } from './create-catalog.ts'
import { type ReadableDb, readableDb, type Writer } from './handles.ts'
import { inspectCatalog } from './inspect-catalog.ts'
import { latestVersion, migrate, type Migration } from './migrate.ts'
import { allMigrations } from './migrations/all-migrations.ts'

export interface Catalog {
  readonly file: string
  readonly reader: ReadableDb
  readonly writer: Writer
  close(): void
}

export interface OpenCatalogOptions {
  readonly nowMs: number
  readonly backupsFolder: string
  readonly migrations?: readonly Migration[]
}

/**
 * Opens a catalog and makes it where there is none; an older one is backed up and brought up to date. Errors:
 * catalog-newer and catalog-damaged (both leave it untouched), disk-full, no-permission.
 */
export function openCatalog(file: string, options: OpenCatalogOptions): Catalog {
  const migrations = options.migrations ?? allMigrations
  if (!existsSync(file)) createCatalog(file, { migrations, nowMs: options.nowMs })
  const version = inspectCatalog(file, latestVersion(migrations))
  const connections: Connection[] = []
  const close = () => {
    for (const connection of connections) connection.close()
  }
  try {
    const writing = openConnection(file, { readOnly: false })
    connections.push(writing)
    if (version < latestVersion(migrations)) {
      backUp(writing, options.backupsFolder, 'upgrade')
      migrate(writing, migrations, file)
    }
    const reading = openConnection(file, { readOnly: true })
    // The reader closes first: the last connection to close must be able to write to clear the -wal file away.
    connections.unshift(reading)
    return { file, reader: readableDb(reading), writer: { file, connection: writing }, close }
  } catch (thrown) {
    close()
    throw thrown
  }
}
