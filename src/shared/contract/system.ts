import { z } from 'zod'
import { DeviceReport } from '../domain/device.ts'
import { call, nothing } from '../rpc/endpoint.ts'

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

export const system = {
  report: call(nothing, SystemReport),
  /** Probes and self-tests every device in a fresh trainer process, in the order in which they are tried. */
  devices: call(nothing, z.array(DeviceReport)),
}
