import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { Device } from './device.ts'

const reason = said`The native oneDNN device is not built in this version.`

/** The processor through a native library; named in the table so that a person sees that it is yet to come. */
export const onednnDevice: Device = {
  id: 'onednn',
  deterministic: true,
  probe: async () => ({ available: false, name: said`oneDNN on the processor`, reason, cure: null }),
  activate: async () => {
    throw new AppError('no-device', reason)
  },
}
