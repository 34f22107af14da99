import type { Migration } from '../migrate.ts'

/** Labels that a person has called right although a model says otherwise. */
export const confirmedLabels: Migration = {
  version: 5,
  sql: `
    ALTER TABLE image ADD COLUMN is_confirmed INTEGER NOT NULL DEFAULT 0
      CHECK (is_confirmed IN (0, 1) AND (is_confirmed = 0 OR class_id IS NOT NULL));
  `,
}
