import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Connection } from './connection.ts'
import { appErrorOf } from './sqlite-error.ts'

export interface Migration {
  /** Rises by one from 1. */
  readonly version: number
  readonly sql: string
}

/** Read from the file; 0 where nothing has been migrated yet. */
export function schemaVersionOf(connection: Connection): number {
  return Number(connection.pragma('user_version', { simple: true }))
}

export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.length
}

/**
 * Brings a catalog to the latest version. Each migration and its version number are one transaction, which looks at
 * the version again: another Athanor may have been faster. Errors: catalog-damaged where rows refer to nothing after.
 */
export function migrate(connection: Connection, migrations: readonly Migration[], file: string): void {
  for (const [at, migration] of migrations.entries()) {
    if (migration.version !== at + 1)
      throw new AppError('internal', said`migration ${migration.version} is out of order`)
  }
  for (const migration of migrations) {
    try {
      connection
        .transaction(() => {
          if (schemaVersionOf(connection) >= migration.version) return
          connection.exec(migration.sql)
          const broken = connection.pragma('foreign_key_check')
          if (Array.isArray(broken) && broken.length > 0) {
            throw new AppError('catalog-damaged', said`${file}: ${broken.length} rows refer to rows that do not exist`)
          }
          connection.pragma(`user_version = ${migration.version}`)
        })
        .immediate()
    } catch (thrown) {
      throw appErrorOf(thrown, file)
    }
  }
}
