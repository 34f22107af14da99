import { z } from 'zod'
import { Architecture, BackboneCard, BackboneName, InstalledBackbone } from '../domain/backbone.ts'
import { call, nothing, stream } from '../rpc/endpoint.ts'

export const FetchableBackbone = z.strictObject({
  name: BackboneName,
  architecture: Architecture,
  description: z.string(),
  url: z.string(),
  sizeBytes: z.int().positive(),
  sha256: z.string(),
  licence: z.string(),
})
export type FetchableBackbone = z.infer<typeof FetchableBackbone>

export const BackboneFetchEvent = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('downloading'), doneBytes: z.int().nonnegative(), totalBytes: z.int().positive() }),
  z.strictObject({ kind: z.literal('checking') }),
  z.strictObject({ kind: z.literal('finished'), card: BackboneCard }),
])
export type BackboneFetchEvent = z.infer<typeof BackboneFetchEvent>

/** The per-user store of pretrained weights, and those that come with Athanor. */
export const backbones = {
  list: call(
    nothing,
    z.strictObject({
      folder: z.string(),
      installed: z.array(InstalledBackbone),
      fetchable: z.array(FetchableBackbone),
    }),
  ),
  /** Reads a safetensors file or a PyTorch checkpoint. Errors: bad-file, refused-file, checksum, conflict. */
  add: call(
    z.strictObject({
      file: z.string().min(1),
      name: BackboneName.nullable().default(null),
      overwrite: z.boolean().default(false),
    }),
    BackboneCard,
  ),
  /** Downloads, goes on where an earlier try ended, and checks the sha256. Errors: offline, checksum. */
  fetch: stream(z.strictObject({ name: BackboneName }), BackboneFetchEvent),
}
