import type { Migration } from '../migrate.ts'

/** What the last check of the labels says of each label: see core/checks. */
export const labelChecks: Migration = {
  version: 6,
  sql: `
    CREATE TABLE label_check (
      image_id INTEGER PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
      -- What was checked; of other bytes or another label it says nothing. Classes have no foreign key: undoing brings
      -- back what is gone.
      content_hash TEXT NOT NULL,
      given_class_id INTEGER NOT NULL,
      likely_class_id INTEGER NOT NULL,
      -- By heads that never saw the image or its copies.
      label_probability REAL NOT NULL CHECK (label_probability BETWEEN 0 AND 1),
      likely_probability REAL NOT NULL CHECK (likely_probability BETWEEN 0 AND 1),
      doubt_ratio REAL NOT NULL CHECK (doubt_ratio BETWEEN 0 AND 1),
      -- Null where nothing speaks against the label.
      reason TEXT CHECK (reason IN ('copy-differs', 'looks-like-another', 'outlier')),
      other_image_id INTEGER
    ) STRICT;
    CREATE INDEX label_check_doubted ON label_check (image_id) WHERE reason IS NOT NULL;
    ALTER TABLE project ADD COLUMN labels_checked_at_ms REAL;
  `,
}
