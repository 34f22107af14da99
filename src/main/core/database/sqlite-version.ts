import Database from 'better-sqlite3'

/** Of the SQLite that better-sqlite3 brings. */
export function sqliteVersion(): string {
  const connection = new Database(':memory:')
  try {
    return String(connection.prepare('SELECT sqlite_version()').pluck().get())
  } finally {
    connection.close()
  }
}
