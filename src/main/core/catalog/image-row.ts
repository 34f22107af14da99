import type { Examination } from '../../../shared/contract/imaging.ts'
import { Doubt } from '../../../shared/domain/doubt.ts'
import { ClassId, ImageId } from '../../../shared/domain/ids.ts'
import { type Image, ImageFacts, ImageState, UnreadableReason } from '../../../shared/domain/image.ts'
import { LabelOrigin } from '../../../shared/domain/label.ts'
import { Split } from '../../../shared/domain/split.ts'
import { isDoubted } from '../checks/label-check-repository.ts'
import { modelIdOf } from '../database/row-ids.ts'
import { draftRow } from './model-classes.ts'

/** What `imageColumns` selects: the one place that knows how an image is stored. */
export interface ImageRow {
  readonly id: number
  readonly path: string
  readonly state: string
  readonly size_bytes: number
  readonly modified_at_ms: number
  readonly content_hash: string | null
  readonly facts: string | null
  readonly unreadable_reason: string | null
  readonly unreadable_message: string | null
  readonly split: string | null
  readonly class_id: number | null
  readonly label_origin: string | null
  readonly label_who: string | null
  readonly labelled_at_ms: number | null
  readonly is_skipped: number
  readonly is_confirmed: number
  readonly is_duplicated: number
  readonly predicted_class_id: number | null
  readonly uncertainty: number | null
  readonly confidence: number | null
  readonly model_id: number | null
  /** Null, as all of the check, where the label is not doubted. */
  readonly reason: string | null
  readonly doubt_ratio: number | null
  readonly likely_class_id: number | null
  readonly label_probability: number | null
  readonly likely_probability: number | null
  readonly other_image_id: number | null
}

export const imageColumns =
  'image.id, path, state, size_bytes, modified_at_ms, image.content_hash, facts, unreadable_reason, unreadable_message, ' +
  'split, image.class_id, label_origin, label_who, labelled_at_ms, is_skipped, is_confirmed, ' +
  'predicted_class_id, image.uncertainty, prediction.confidence, prediction.model_id, ' +
  'said.reason, doubt_ratio, likely_class_id, label_probability, likely_probability, other_image_id, ' +
  "image.state = 'readable' AND EXISTS (SELECT 1 FROM image AS twin WHERE twin.state = 'readable' " +
  'AND twin.content_hash = image.content_hash AND twin.id <> image.id) AS is_duplicated'

/** Images with what the model that predicted last, and the last check of the labels, say of them as they are now. */
export const imageSource = `image LEFT JOIN prediction
  ON prediction.model_id = (SELECT predictor_id FROM project) AND prediction.image_id = image.id
    AND prediction.content_hash = image.content_hash AND image.state = 'readable'
  LEFT JOIN label_check AS said ON said.image_id = image.id AND ${isDoubted}`

export function imageOfRow(row: ImageRow): Image {
  return {
    id: ImageId.parse(row.id),
    path: row.path,
    state: ImageState.parse(row.state),
    sizeBytes: row.size_bytes,
    modifiedAtMs: row.modified_at_ms,
    contentHash: row.content_hash,
    facts: row.facts === null ? null : ImageFacts.parse(JSON.parse(row.facts)),
    unreadable:
      row.unreadable_reason === null
        ? null
        : { reason: UnreadableReason.parse(row.unreadable_reason), message: row.unreadable_message ?? '' },
    split: row.split === null ? null : Split.parse(row.split),
    label:
      row.class_id === null
        ? null
        : {
            classId: ClassId.parse(row.class_id),
            origin: LabelOrigin.parse(row.label_origin),
            who: row.label_who ?? '',
            assignedAtMs: row.labelled_at_ms ?? 0,
          },
    isSkipped: row.is_skipped === 1,
    isConfirmed: row.is_confirmed === 1,
    isDuplicated: row.is_duplicated === 1,
    prediction: predictionOfRow(row),
    doubt: doubtOfRow(row),
  }
}

function predictionOfRow({ model_id, confidence, uncertainty, predicted_class_id }: ImageRow): Image['prediction'] {
  if (model_id === null || confidence === null || uncertainty === null) return null
  return {
    modelId: model_id === draftRow ? null : modelIdOf(model_id),
    classId: predicted_class_id === null ? null : ClassId.parse(predicted_class_id),
    confidence,
    uncertaintyRatio: uncertainty,
  }
}

function doubtOfRow(row: ImageRow): Image['doubt'] {
  if (row.reason === null) return null
  return Doubt.parse({
    reason: row.reason,
    doubtRatio: row.doubt_ratio,
    likelyClassId: row.likely_class_id,
    labelProbability: row.label_probability,
    likelyProbability: row.likely_probability,
    otherImageId: row.other_image_id,
  })
}

/** What an examination puts into a row, in the order of `examinedColumns`. */
export type ExaminedValues = readonly [
  state: string,
  sizeBytes: number,
  modifiedAtMs: number,
  contentHash: string | null,
  facts: string | null,
  perceptualHash: string | null,
  reason: string | null,
  message: string | null,
]

export const examinedColumns = [
  'state',
  'size_bytes',
  'modified_at_ms',
  'content_hash',
  'facts',
  'perceptual_hash',
  'unreadable_reason',
  'unreadable_message',
] as const

export function valuesOfExamination(examination: Examination): ExaminedValues {
  const { state, sizeBytes, modifiedAtMs, contentHash } = examination
  if (examination.state === 'readable') {
    const { facts } = examination
    return [state, sizeBytes, modifiedAtMs, contentHash, JSON.stringify(facts), facts.perceptualHash, null, null]
  }
  return [state, sizeBytes, modifiedAtMs, contentHash, null, null, examination.reason, examination.message]
}
