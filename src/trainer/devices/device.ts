import type { DeviceId, GraphicsCard, Precision } from '../../shared/domain/device.ts'
import type { Said } from '../../shared/said.ts'
import type { Augmenter, AugmenterOptions } from './augmenter.ts'

/** Whether a device can compute here; a refusal says why and what a person can do. */
export type Availability =
  | {
      readonly available: true
      readonly name: string
      readonly reason: Said | null
      /** What it computes in where nobody asks for another precision, fastest first. */
      readonly precisions: readonly [Precision, ...Precision[]]
      /** What it computes in besides, for whoever asks. */
      readonly precisionsOnWish?: readonly Precision[]
      /** A graphics card that is none, but a program: whatever else is there is faster. */
      readonly isSoftware?: boolean
      /** That it can compute on, the one that it takes first. */
      readonly cards?: readonly GraphicsCard[]
    }
  | { readonly available: false; readonly name: string; readonly reason: Said; readonly cure: Said | null }

export interface ActivateOptions {
  /** How many threads compute; null for as many as suit the device. Devices without threads of ours ignore it. */
  readonly threads: number | null
  /** One of those that probing found. */
  readonly precision: Precision
}

/** One way to compute. Importing a device's file loads nothing heavy and changes nothing; probing may. */
export interface Device {
  readonly id: DeviceId
  /** Whether the same run gives the same bits each time. */
  readonly deterministic: boolean
  /** Says whether the device can be activated; never throws for what a machine may lack. */
  probe(): Promise<Availability>
  /** Makes the device the backend of tfjs. Throws AppError('no-device') when that fails. */
  activate(options: ActivateOptions): Promise<ActiveDevice>
}

/** Where a device may fail in use, reading a tensor throws an AppError from then on: device-lost, out-of-memory. */
export interface ActiveDevice {
  readonly id: DeviceId
  readonly name: string
  readonly threads: number
  readonly precision: Precision
  /** How much tensors and scratch may take together before an allocation fails. */
  readonly memoryLimitBytes: number
  /** How much one tensor may take, where that is less. */
  readonly tensorLimitBytes?: number
  readonly deterministic: boolean
  /**
   * How often a large tensor was computed in plain JavaScript since the start, by kernel: none where all is well. Missing
   * where the device has no such kernels.
   */
  plainKernelRuns?(): ReadonlyMap<string, number>
  /** Where the device makes training images itself. */
  openAugmenter?(options: AugmenterOptions): Augmenter
  /** Removes the backend and all its tensors, and ends its threads. */
  dispose(): Promise<void>
}
