import type { DeviceId, Precision } from '../../shared/domain/device.ts'
import { chooseDevice } from '../devices/table.ts'
import type { LoadedModel } from '../load-model.ts'
import { createParameters, disposeParameters } from '../network/parameters.ts'
import type { Classifier } from './classifier.ts'

export interface OpenClassifier extends Classifier {
  /** The device that computes. */
  readonly device: DeviceId
  readonly threads: number
  readonly precision: Precision
  /** Frees the parameters and the device. */
  close(): Promise<void>
}

/**
 * Puts a model on the requested device, or on the fastest, on as many threads as it was trained; in `precision`, else in
 * the one that it was trained in where that is to be had. Errors: no-device, bad-file where the weights do not fit.
 */
export async function openClassifier(
  { manifest, network, weights }: LoadedModel,
  device: DeviceId | null,
  precision: Precision | null = manifest.recipe.precision === 'float32' ? 'float32' : null,
): Promise<OpenClassifier> {
  const { active } = await chooseDevice(device, { threads: manifest.recipe.threads, precision })
  try {
    const parameters = createParameters(network, { weights, seed: 0 })
    return {
      network,
      parameters,
      preprocessing: manifest.preprocessing,
      device: active.id,
      threads: active.threads,
      precision: active.precision,
      close: async () => {
        disposeParameters(parameters)
        await active.dispose()
      },
    }
  } catch (error) {
    await active.dispose()
    throw error
  }
}

/** Images at once in inference: enough to keep a device busy, few enough for the smallest. */
export function inferenceBatchSize(cropPx: number): number {
  const pixelsAtOnce = 16 * 224 * 224
  return Math.min(64, Math.max(1, Math.floor(pixelsAtOnce / (cropPx * cropPx))))
}
