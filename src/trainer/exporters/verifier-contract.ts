import { z } from 'zod'
import { ExportFormat } from '../../shared/domain/export.ts'
import { call, type Contract } from '../../shared/rpc/endpoint.ts'

// Typed arrays over any buffer; `z.instanceof` would insist on one that is not shared.
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array)

/** What the process that checks an export offers to the trainer. It has seen the export's folder and nothing else. */
const verifier = {
  /** Opens the export; before anything else. */
  open: call(z.strictObject({ format: ExportFormat, folder: z.string() }), z.strictObject({ runtime: z.string() })),
  /** Pixels [count, cropPx, cropPx, 3] to probabilities [count, classes]. */
  runPixels: call(
    z.strictObject({ pixels: bytes, count: z.int().positive() }),
    z.strictObject({ probabilities: floats }),
  ),
  /** A picture on the disk to probabilities [classes]; null where it is gone or too large. */
  runFile: call(z.strictObject({ file: z.string() }), z.strictObject({ probabilities: floats.nullable() })),
}

export const verifierContract = { verifier } satisfies Contract
