import type { Migration } from '../migrate.ts'

/** What a person says about a run, what was exported, and folders whose files are still to be deleted. */
export const runsAndExports: Migration = {
  version: 3,
  sql: `
    ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE run ADD COLUMN is_starred INTEGER NOT NULL DEFAULT 0 CHECK (is_starred IN (0, 1));

    -- model_id has no foreign key: an export outlives its model.
    CREATE TABLE export (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      model_id INTEGER NOT NULL,
      format TEXT NOT NULL,
      -- Relative, with '/', where it lies in the project folder; absolute elsewhere.
      folder TEXT NOT NULL UNIQUE,
      size_bytes INTEGER NOT NULL,
      created_at_ms REAL NOT NULL,
      parity TEXT NOT NULL CHECK (json_valid(parity))
    ) STRICT;

    -- In the project folder, with '/'. Stored with the change that makes them needless, gone when the files are.
    CREATE TABLE discarded_folder (
      path TEXT PRIMARY KEY
    ) STRICT, WITHOUT ROWID;
  `,
}
