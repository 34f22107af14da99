import type { Migration } from '../migrate.ts'

/** By how sure the model is, those that wait for a label before those that a person has decided on. */
export const waitingFirst: Migration = {
  version: 4,
  sql: `
    DROP INDEX image_by_uncertainty;
    CREATE INDEX image_by_uncertainty ON image ((class_id IS NOT NULL OR is_skipped = 1), uncertainty DESC, path, id);
  `,
}
