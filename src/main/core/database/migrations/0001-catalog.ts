import type { Migration } from '../migrate.ts'

/** Everything that the first release keeps. Times are milliseconds since 1970; paths have `/` between their parts. */
export const catalogTables: Migration = {
  version: 1,
  sql: `
    CREATE TABLE project (
      singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
      id TEXT NOT NULL,
      created_at_ms REAL NOT NULL
    ) STRICT;

    -- AUTOINCREMENT here and below: the history and frozen datasets refer to rows that may be gone.
    CREATE TABLE class (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      colour INTEGER NOT NULL CHECK (colour BETWEEN 0 AND 23),
      key TEXT UNIQUE CHECK (length(key) = 1)
    ) STRICT;

    CREATE TABLE image (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      path TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('readable', 'unreadable', 'missing')),
      size_bytes INTEGER NOT NULL,
      modified_at_ms REAL NOT NULL,
      -- Also changes when a file is renamed: files of one size and time may change places.
      changed_at_ms REAL NOT NULL,
      content_hash TEXT,
      -- The facts of a readable image as JSON, and the one of them that is compared.
      facts TEXT CHECK (facts IS NULL OR json_valid(facts)),
      perceptual_hash TEXT,
      unreadable_reason TEXT,
      unreadable_message TEXT,
      split TEXT CHECK (split IN ('train', 'validation', 'test')),
      class_id INTEGER REFERENCES class (id),
      label_origin TEXT CHECK (label_origin IN ('person', 'folder', 'csv', 'model')),
      label_who TEXT,
      labelled_at_ms REAL,
      -- 1 until the import that found the file has ended: only then is it known not to be a moved one.
      is_unsettled INTEGER NOT NULL DEFAULT 1 CHECK (is_unsettled IN (0, 1)),
      -- 1 once its folder has been offered as its class: a label that a person took away does not come back.
      is_folder_offered INTEGER NOT NULL DEFAULT 0 CHECK (is_folder_offered IN (0, 1)),
      CHECK ((facts IS NULL) = (perceptual_hash IS NULL)),
      CHECK (state <> 'readable' OR (facts IS NOT NULL AND content_hash IS NOT NULL)),
      CHECK (state <> 'unreadable' OR unreadable_reason IS NOT NULL),
      CHECK ((unreadable_reason IS NULL) = (unreadable_message IS NULL)),
      CHECK ((class_id IS NULL) = (label_origin IS NULL)),
      CHECK ((class_id IS NULL) = (label_who IS NULL)),
      CHECK ((class_id IS NULL) = (labelled_at_ms IS NULL))
    ) STRICT;
    -- A missing image keeps the path that it had, which another file may have by now.
    CREATE UNIQUE INDEX image_present_path ON image (path) WHERE state <> 'missing';
    CREATE INDEX image_by_path ON image (path, id);
    CREATE INDEX image_by_class ON image (class_id, path, id);
    CREATE INDEX image_by_state ON image (state, path, id);
    CREATE INDEX image_by_split ON image (split, path, id);
    CREATE INDEX image_by_content_hash ON image (content_hash);
    -- For the counts that are always on screen: copies, and what waits for a label.
    CREATE INDEX image_copies ON image (content_hash) WHERE state = 'readable';
    CREATE INDEX image_waiting ON image (state, class_id) WHERE state = 'readable' AND class_id IS NULL;
    CREATE INDEX image_unsettled ON image (id) WHERE is_unsettled = 1;

    -- The history of labelling. Those undone are always the latest ones.
    CREATE TABLE edit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      description TEXT NOT NULL,
      image_count INTEGER NOT NULL,
      at_ms REAL NOT NULL,
      change TEXT NOT NULL CHECK (json_valid(change)),
      is_undone INTEGER NOT NULL DEFAULT 0 CHECK (is_undone IN (0, 1))
    ) STRICT;
    CREATE INDEX edit_by_undone ON edit (is_undone, id);

    CREATE TABLE dataset (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      created_at_ms REAL NOT NULL,
      seed INTEGER NOT NULL,
      classes TEXT NOT NULL CHECK (json_valid(classes)),
      counts_by_class TEXT NOT NULL CHECK (json_valid(counts_by_class)),
      hash TEXT NOT NULL,
      leaks TEXT NOT NULL CHECK (json_valid(leaks)),
      dropped_leak_count INTEGER NOT NULL
    ) STRICT;
    -- image_id has no foreign key: an entry stays as it was frozen, whatever becomes of the image.
    CREATE TABLE dataset_entry (
      dataset_id INTEGER NOT NULL REFERENCES dataset (id),
      path TEXT NOT NULL,
      image_id INTEGER NOT NULL,
      content_hash TEXT NOT NULL,
      class_index INTEGER NOT NULL CHECK (class_index >= 0),
      split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
      PRIMARY KEY (dataset_id, path)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER dataset_stays BEFORE UPDATE ON dataset BEGIN SELECT RAISE(ABORT, 'a dataset is frozen'); END;
    CREATE TRIGGER dataset_entry_stays BEFORE UPDATE ON dataset_entry
      BEGIN SELECT RAISE(ABORT, 'a dataset is frozen'); END;
    CREATE TRIGGER dataset_entry_is_kept BEFORE DELETE ON dataset_entry
      BEGIN SELECT RAISE(ABORT, 'a dataset is frozen'); END;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      dataset_id INTEGER NOT NULL REFERENCES dataset (id),
      recipe TEXT NOT NULL CHECK (json_valid(recipe)),
      state TEXT NOT NULL
        CHECK (state IN ('queued', 'running', 'stopping', 'stopped', 'failed', 'interrupted', 'done')),
      created_at_ms REAL NOT NULL,
      started_at_ms REAL,
      ended_at_ms REAL,
      device TEXT,
      result TEXT CHECK (result IS NULL OR json_valid(result)),
      model_id INTEGER REFERENCES model (id),
      accuracy REAL
    ) STRICT;
    CREATE INDEX run_by_state ON run (state);

    CREATE TABLE run_event (
      run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      seq INTEGER NOT NULL CHECK (seq > 0),
      at_ms REAL NOT NULL,
      event TEXT NOT NULL CHECK (json_valid(event)),
      PRIMARY KEY (run_id, seq)
    ) STRICT, WITHOUT ROWID;

    -- Its manifest and weights lie in the model's folder.
    CREATE TABLE model (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id INTEGER NOT NULL UNIQUE REFERENCES run (id),
      created_at_ms REAL NOT NULL
    ) STRICT;
  `,
}
