import { existsSync, rmSync } from 'node:fs'
import { type Connection, openConnection } from './connection.ts'
import { type ReadableDb, readableDb, type Writer } from './handles.ts'
import { quickCheck } from './inspect-catalog.ts'

/** A file of any other version is thrown away: thumbnails can be drawn again. */
const version = 1

const tables = `
  CREATE TABLE thumbnail (
    content_hash TEXT NOT NULL PRIMARY KEY,
    webp BLOB NOT NULL
  ) STRICT;
  PRAGMA user_version = ${version};
`

export interface ThumbnailsFile {
  readonly reader: ReadableDb
  readonly writer: Writer
  readonly close: () => void
}

/**
 * Opens `thumbnails.sqlite`; one that is damaged or of another version is replaced by an empty one. Looking for damage
 * reads the whole file, which takes seconds for 100,000 images: who only shows pictures leaves it out.
 */
export function openThumbnails(
  file: string,
  { isChecked = true }: { readonly isChecked?: boolean } = {},
): ThumbnailsFile {
  let connection = tryOpen(file, isChecked)
  if (connection === null) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
    connection = openConnection(file, { readOnly: false })
    const fresh = connection
    fresh.transaction(() => fresh.exec(tables)).immediate()
  }
  const opened = connection
  return {
    reader: readableDb(opened),
    writer: { file, connection: opened },
    close: () => {
      opened.close()
    },
  }
}

function tryOpen(file: string, isChecked: boolean): Connection | null {
  if (!existsSync(file)) return null
  let connection: Connection | null = null
  try {
    connection = openConnection(file, { readOnly: false })
    const isOurs = connection.pragma('user_version', { simple: true }) === version
    if (isOurs && (!isChecked || quickCheck(connection) === null)) return connection
  } catch {
    // Whatever is wrong with it, an empty one is right.
  }
  connection?.close()
  return null
}
