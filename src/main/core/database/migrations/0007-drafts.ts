import type { Migration } from '../migrate.ts'

/** What a head that was fitted to the labels of now says: a draft, which belongs to no model. See core/drafts. */
export const drafts: Migration = {
  version: 7,
  sql: `
    -- The same, but that 0 stands for the draft, of which there is no model.
    CREATE TABLE prediction_7 (
      model_id INTEGER NOT NULL,
      image_id INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
      content_hash TEXT NOT NULL,
      class_index INTEGER NOT NULL CHECK (class_index >= 0),
      confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
      uncertainty REAL NOT NULL CHECK (uncertainty BETWEEN 0 AND 1),
      probabilities BLOB NOT NULL,
      PRIMARY KEY (model_id, image_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO prediction_7 SELECT * FROM prediction;
    DROP TABLE prediction;
    ALTER TABLE prediction_7 RENAME TO prediction;
    CREATE INDEX prediction_by_image ON prediction (image_id);

    ALTER TABLE project RENAME COLUMN predictor_id TO predictor_model_id;
    ALTER TABLE project ADD COLUMN predictor_id INTEGER;
    UPDATE project SET predictor_id = predictor_model_id;
    ALTER TABLE project DROP COLUMN predictor_model_id;

    -- The classes of the draft, in the order of its outputs. No foreign key: undoing brings back what is gone.
    CREATE TABLE draft_class (class_index INTEGER PRIMARY KEY, class_id INTEGER NOT NULL) STRICT;
  `,
}
