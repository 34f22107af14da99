import { z } from 'zod'
import { ImageFacts, UnreadableReason } from '../domain/image.ts'
import { Sha256 } from '../domain/ids.ts'
import { call, stream } from '../rpc/endpoint.ts'

export const Examination = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('readable'),
    sizeBytes: z.int().positive(),
    modifiedAtMs: z.number(),
    contentHash: Sha256,
    facts: ImageFacts,
    /** WebP, in sRGB, upright, at most `thumbnailPx` on its longer side. */
    thumbnail: z.instanceof(Uint8Array),
  }),
  z.strictObject({
    state: z.literal('unreadable'),
    sizeBytes: z.int().nonnegative(),
    modifiedAtMs: z.number(),
    /** Null where the file could not be read to its end. */
    contentHash: Sha256.nullable(),
    reason: UnreadableReason,
    message: z.string(),
  }),
])
export type Examination = z.infer<typeof Examination>

/** WebP knows no longer side. */
export const webpSidePxMax = 16_383

/** What the imaging process offers to core. */
export const imaging = {
  /** Reads a file once: hash, facts and thumbnail. A file that is no good is an answer, not an error. */
  examine: call(z.strictObject({ file: z.string().min(1), thumbnailPx: z.int().min(16).max(1024) }), Examination),
  /**
   * A picture for the viewer, decoded as training decodes it: WebP in sRGB, upright. Errors: bad-file, and not-found
   * where the file is gone or holds other bytes than those expected.
   */
  render: call(
    z.strictObject({
      file: z.string().min(1),
      /** Of the longer side; pictures that are smaller stay as they are. */
      sidePxMax: z.int().min(16).max(webpSidePxMax),
      /** Null: whatever it holds. */
      contentHash: Sha256.nullable(),
    }),
    z.strictObject({ webp: z.instanceof(Uint8Array), widthPx: z.int().positive(), heightPx: z.int().positive() }),
  ),
  /** Draws the sample set: `perClass` pictures into one sub-folder per class of `folder`. */
  drawSamples: stream(
    z.strictObject({
      folder: z.string().min(1),
      perClass: z.int().min(2).max(10_000),
      sidePx: z.int().min(32).max(1024),
      seed: z.int(),
    }),
    z.strictObject({ done: z.int().nonnegative(), total: z.int().positive() }),
  ),
}
