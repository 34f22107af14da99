import type { Migration } from '../migrate.ts'

/** On how many images a run was right so often: without that nobody knows how sure it is. */
export const judgedImages: Migration = {
  version: 9,
  sql: `
    ALTER TABLE run ADD COLUMN judged_count INTEGER CHECK (judged_count > 0);
    -- Earlier runs have told among their events; on the test images, or on the validation images where there were no others.
    UPDATE run SET judged_count = (
      SELECT nullif(json_extract(event, '$.evaluation.imageCount'), 0)
      FROM run_event
      WHERE run_id = run.id AND json_extract(event, '$.kind') = 'evaluation'
      ORDER BY json_extract(event, '$.evaluation.split') = 'test' DESC, seq DESC
      LIMIT 1
    ) WHERE accuracy IS NOT NULL;
  `,
}
