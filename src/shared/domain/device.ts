import { z } from 'zod'

export const DeviceId = z.enum(['cuda', 'webgpu', 'onednn', 'tensorflow', 'wasm'])
export type DeviceId = z.infer<typeof DeviceId>

/**
 * What activations and weights are computed in. Sums of many, statistics, the loss, the update and the weights that are kept are
 * float32 in all.
 */
export const Precision = z.enum(['float32', 'bfloat16', 'float16'])
export type Precision = z.infer<typeof Precision>

export const GraphicsCard = z.strictObject({
  name: z.string(),
  /** As its driver calls it: nvidia, amd, intel, apple; empty where it does not. */
  vendor: z.string(),
  /** What of it runs may use; as little as it can have where its driver does not tell. */
  memoryBytes: z.number().positive(),
})
export type GraphicsCard = z.infer<typeof GraphicsCard>

/** What probing one device found. */
export const DeviceReport = z.strictObject({
  id: DeviceId,
  /** What a person knows it by, such as the processor's name and the number of threads. */
  name: z.string(),
  available: z.boolean(),
  /** What it computes in where the recipe does not say; null where it is not available. */
  precision: Precision.nullable().default(null),
  /** Why it is not available, or what is special about it; one sentence. */
  reason: z.string().nullable(),
  /** What a person can do to get it; one sentence. */
  cure: z.string().nullable(),
  /** The tiny training step compared with the reference result; null when it was not reached. */
  selfTest: z
    .strictObject({
      passed: z.boolean(),
      /** Relative L2 difference of the updated parameters. */
      relativeError: z.number(),
      tolerance: z.number(),
      durationMs: z.number(),
    })
    .nullable(),
  /** Whether the same run gives the same bits each time. */
  deterministic: z.boolean(),
  /** That it can compute on; the first is the one that it takes. Empty for what is no graphics card. */
  cards: z.array(GraphicsCard).default([]),
})
export type DeviceReport = z.infer<typeof DeviceReport>
