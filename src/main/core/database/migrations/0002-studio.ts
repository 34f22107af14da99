import type { Migration } from '../migrate.ts'

/** Skipped images, what models say of images, and numbers by which other processes see that something has changed. */
export const studioTables: Migration = {
  version: 2,
  sql: `
    ALTER TABLE image ADD COLUMN is_skipped INTEGER NOT NULL DEFAULT 0
      CHECK (is_skipped IN (0, 1) AND (is_skipped = 0 OR class_id IS NULL));

    -- The classes behind the names of a dataset, so that a model still means a class that was renamed since.
    -- class_id has no foreign key: undoing brings classes back that are gone.
    CREATE TABLE dataset_class (
      dataset_id INTEGER NOT NULL REFERENCES dataset (id),
      class_index INTEGER NOT NULL CHECK (class_index >= 0),
      class_id INTEGER NOT NULL,
      PRIMARY KEY (dataset_id, class_index)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO dataset_class (dataset_id, class_index, class_id)
      SELECT dataset.id, name.key, class.id
      FROM dataset JOIN json_each(dataset.classes) AS name JOIN class ON class.name = name.value;
    -- Where the images of a class went that was merged into another.
    CREATE TABLE class_successor (
      class_id INTEGER PRIMARY KEY,
      into_id INTEGER NOT NULL
    ) STRICT;

    -- What a model says of an image as it was when it had this content.
    CREATE TABLE prediction (
      model_id INTEGER NOT NULL REFERENCES model (id),
      image_id INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
      content_hash TEXT NOT NULL,
      -- The most likely one, in the order of the model's classes.
      class_index INTEGER NOT NULL CHECK (class_index >= 0),
      confidence REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
      uncertainty REAL NOT NULL CHECK (uncertainty BETWEEN 0 AND 1),
      -- 32-bit floats, little-endian, in the order of the model's classes.
      probabilities BLOB NOT NULL,
      PRIMARY KEY (model_id, image_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX prediction_by_image ON prediction (image_id);

    -- The model that predicted last, and what it says of each readable image in columns that can be indexed. They follow
    -- every change of labels, classes and content: see refresh-predictions.ts.
    ALTER TABLE project ADD COLUMN predictor_id INTEGER REFERENCES model (id);
    ALTER TABLE image ADD COLUMN predicted_class_id INTEGER;
    ALTER TABLE image ADD COLUMN uncertainty REAL;
    ALTER TABLE image ADD COLUMN label_loss REAL;

    CREATE INDEX image_by_time ON image (modified_at_ms, path, id);
    CREATE INDEX image_by_uncertainty ON image (uncertainty DESC, path, id);
    CREATE INDEX image_by_loss ON image (label_loss DESC, path, id);
    CREATE INDEX image_by_predicted ON image (predicted_class_id, path, id) WHERE predicted_class_id IS NOT NULL;
    CREATE INDEX image_skipped ON image (path, id) WHERE is_skipped = 1;
    CREATE INDEX image_suggested ON image (path, id, class_id, predicted_class_id)
      WHERE class_id IS NULL AND predicted_class_id IS NOT NULL;
    CREATE INDEX image_disagreeing ON image (path, id, class_id, predicted_class_id)
      WHERE class_id <> predicted_class_id;

    -- Each rises with every change of that part of the project.
    CREATE TABLE revision (
      part TEXT PRIMARY KEY,
      number INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO revision (part, number) VALUES
      ('images', 0), ('labels', 0), ('classes', 0), ('predictions', 0), ('runs', 0), ('models', 0), ('exports', 0);
  `,
}
