import type { Migration } from '../migrate.ts'

/** A check may also listen to a network that learns the labels: what heads say that never saw an image stays apart. */
export const thoroughChecks: Migration = {
  version: 8,
  sql: `
    -- The likeliest by heads that never saw the image or its copies; all else in a row is by all that was asked.
    ALTER TABLE label_check ADD COLUMN unseen_class_id INTEGER NOT NULL DEFAULT 0;
    UPDATE label_check SET unseen_class_id = likely_class_id;
    ALTER TABLE project ADD COLUMN labels_checked_thoroughly INTEGER NOT NULL DEFAULT 0
      CHECK (labels_checked_thoroughly IN (0, 1));
  `,
}
