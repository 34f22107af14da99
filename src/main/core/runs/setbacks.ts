import { z } from 'zod'
import { noRelief, type Relief } from '../../../shared/contract/trainer.ts'
import type { DeviceId } from '../../../shared/domain/device.ts'
import type { AppError } from '../../../shared/errors.ts'

/** What has befallen a run since it began, as far as it goes on in spite of it. */
export interface Setbacks {
  readonly relief: Relief
  /** The device that was lost last. */
  readonly lost: DeviceId | null
}

export const noSetbacks: Setbacks = { relief: noRelief, lost: null }

const ProcessEnd = z.object({ code: z.int().nullable(), signal: z.string().nullable() })
const TooMany = z.object({ microBatchSize: z.int(), keptPictures: z.boolean() })
/** The statistics of one image alone mean nothing. */
const leastImages = 2

/** Where a run computed. */
interface Place {
  /** Null where it did not come to that. */
  readonly device: DeviceId | null
  /** By whoever started it. */
  readonly isRequested: boolean
}

/**
 * With what a run is worth going on after its trainer has failed there: what it died of may be over, a device that
 * was lost may be back, or else there is another, and what did not fit at once may fit in parts. Null where it would fail
 * again.
 */
export function afterFailure(before: Setbacks, failure: AppError, { device, isRequested }: Place): Setbacks | null {
  const { relief, lost } = before
  switch (failure.code) {
    case 'process-died': {
      const exit = ProcessEnd.safeParse(failure.data).data
      // Without either it never ran.
      if (exit === undefined || (exit.code === null && exit.signal === null)) return null
      // So a system ends what takes the machine's last memory; decoded pictures are what can be done without.
      return exit.signal === 'SIGKILL' ? { ...before, relief: { ...relief, keepsPictures: false } } : before
    }
    case 'device-lost':
      if (device === null) return null
      return lost === device ? { lost, relief: avoiding(relief, device) } : { ...before, lost: device }
    case 'no-device': {
      // It computed before, or the run would not have had a device.
      const gone = lost ?? device
      return gone === null || relief.avoidedDevices.includes(gone)
        ? null
        : { lost: gone, relief: avoiding(relief, gone) }
    }
    case 'out-of-memory': {
      const tooMany = TooMany.safeParse(failure.data).data
      // What is kept to be faster goes first: smaller parts of a batch change what is learned.
      if (tooMany?.keptPictures === true) return { ...before, relief: { ...relief, keepsPictures: false } }
      const microBatchSizeMax = Math.floor((tooMany?.microBatchSize ?? 0) / 2)
      if (microBatchSizeMax >= leastImages) return { ...before, relief: { ...relief, microBatchSizeMax } }
      // It is not the batch that is too large, but the device too small; who asked for it is told.
      return device === null || isRequested ? null : { ...before, relief: avoiding(relief, device) }
    }
    default:
      return null
  }
}

function avoiding(relief: Relief, device: DeviceId): Relief {
  return { ...relief, avoidedDevices: [...relief.avoidedDevices, device] }
}
