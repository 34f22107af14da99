import { z } from 'zod'
import { DeviceReport } from '../domain/device.ts'
import { Sha256 } from '../domain/ids.ts'
import { call, nothing, stream } from '../rpc/endpoint.ts'

export const SystemReport = z.strictObject({
  versions: z.record(z.string(), z.string()),
  /** Electron comes without its program, which is downloaded when the window is first wanted. */
  electronDownloaded: z.boolean(),
  platform: z.string(),
  processor: z.string(),
  physicalCores: z.int().positive(),
  memoryTotalBytes: z.int().nonnegative(),
  memoryFreeBytes: z.int().nonnegative(),
  /** Of the disk that holds the per-user store. */
  diskFreeBytes: z.int().nonnegative(),
  storeFolder: z.string(),
})
export type SystemReport = z.infer<typeof SystemReport>

export const TensorflowInstallEvent = z.discriminatedUnion('kind', [
  /** The npm package is looked for, or fetched. */
  z.strictObject({ kind: z.literal('package') }),
  z.strictObject({
    kind: z.literal('downloading'),
    doneBytes: z.int().nonnegative(),
    totalBytes: z.int().positive(),
  }),
  z.strictObject({ kind: z.literal('checking') }),
  z.strictObject({ kind: z.literal('unpacking') }),
  /** The native part of the package is fetched. */
  z.strictObject({ kind: z.literal('binding') }),
  /** The last one: what was installed, and from where. */
  z.strictObject({ kind: z.literal('finished'), version: z.string(), sha256: Sha256, source: z.string() }),
])
export type TensorflowInstallEvent = z.infer<typeof TensorflowInstallEvent>

export const system = {
  report: call(nothing, SystemReport),
  /** Probes and self-tests every device in a fresh trainer process, in the order in which they are tried. */
  devices: call(nothing, z.array(DeviceReport)),
  /** On which graphics card of several this machine computes from now on, by part of its name; null: on the fastest. */
  chooseCard: call(z.strictObject({ card: z.string().min(1).nullable() }), nothing),
  /**
   * Installs what the cuda device runs on. `libtensorflow` is an address or an absolute path; null: TensorFlow 2.9.1 from
   * where it is published. Errors: no-device, offline, checksum, not-found, bad-file, no-permission, disk-full.
   */
  installTensorflow: stream(
    z.strictObject({ libtensorflow: z.string().nullable(), sha256: Sha256.nullable() }),
    TensorflowInstallEvent,
  ),
}
