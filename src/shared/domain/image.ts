import { z } from 'zod'
import { Doubt } from './doubt.ts'
import { ClassId, ImageId, ModelId, Sha256 } from './ids.ts'
import { LabelOrigin } from './label.ts'
import { Split } from './split.ts'

export const ImageFormat = z.enum(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif', 'bmp'])
export type ImageFormat = z.infer<typeof ImageFormat>

/** What is known about a readable image file. Sizes are after the EXIF orientation has been applied. */
export const ImageFacts = z.strictObject({
  format: ImageFormat,
  widthPx: z.int().positive(),
  heightPx: z.int().positive(),
  /** EXIF orientation, 1 to 8; 1 where the file has none. */
  orientation: z.int().min(1).max(8),
  /** Frames or pages in the file; only the first is used. */
  pageCount: z.int().positive(),
  /** What was converted on reading, in plain words, such as "CMYK to sRGB"; empty when nothing was. */
  conversions: z.array(z.string()),
  /** 64-bit difference hash of the picture as 16 hex digits; near duplicates differ in few bits. */
  perceptualHash: z.string().regex(/^[0-9a-f]{16}$/),
  /**
   * The same with 256 bits, as 64 hex digits. It decides: where all images of a folder look alike, 64 bits also join
   * pictures that differ.
   */
  detailHash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ImageFacts = z.infer<typeof ImageFacts>

/** Why a file that looked like an image cannot be used. */
export const UnreadableReason = z.enum([
  'empty',
  'truncated',
  'corrupt',
  'not-an-image',
  'format-not-supported',
  'too-many-pixels',
  'too-large',
  'too-slow',
  'decoder-died',
  'no-permission',
  'not-a-file',
  'changed-while-reading',
])
export type UnreadableReason = z.infer<typeof UnreadableReason>

/** `missing`: known, but not at its path any more; labels are kept. */
export const ImageState = z.enum(['readable', 'unreadable', 'missing'])
export type ImageState = z.infer<typeof ImageState>

/** A row of the catalog as lists show it. */
export const Image = z.strictObject({
  id: ImageId,
  /** Relative to the image folder, with `/` between the parts. */
  path: z.string().min(1),
  state: ImageState,
  sizeBytes: z.int().nonnegative(),
  modifiedAtMs: z.number(),
  /** Null only where the file could not be read at all. */
  contentHash: Sha256.nullable(),
  facts: ImageFacts.nullable(),
  unreadable: z.strictObject({ reason: UnreadableReason, message: z.string() }).nullable(),
  /** The split that a folder name gave; null: decided when a dataset is frozen. */
  split: Split.nullable(),
  label: z
    .strictObject({ classId: ClassId, origin: LabelOrigin, who: z.string(), assignedAtMs: z.number() })
    .nullable(),
  /** A person looked at it and left it without a label: not offered as the next one. */
  isSkipped: z.boolean(),
  /** A person has called the label right since it is as it is: it is not doubted any more. */
  isConfirmed: z.boolean(),
  /** Another readable image has the same content. */
  isDuplicated: z.boolean(),
  /** What the model that predicted last says; null where none did, or the file changed since. */
  prediction: z
    .strictObject({
      /** Null where a draft says it, of which there is no model. */
      modelId: ModelId.nullable(),
      /** Null where the class is gone by now. */
      classId: ClassId.nullable(),
      /** Probability of the predicted class. */
      confidence: z.number().min(0).max(1),
      /** Entropy of the probabilities over its largest value: 0 sure, 1 no idea. */
      uncertaintyRatio: z.number().min(0).max(1),
    })
    .nullable(),
  /** What the last check of the labels has against its label; null where it has nothing, or does not know it as it is. */
  doubt: Doubt.nullable(),
})
export type Image = z.infer<typeof Image>
