import type { DeviceId } from '../../shared/domain/device.ts'

/** Whether a device computes on the cores that also read the pictures; its kernels have computed when they return. */
export function isProcessor(id: DeviceId): boolean {
  return id === 'wasm' || id === 'onednn' || id === 'tensorflow'
}
