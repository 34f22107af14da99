import { join } from 'node:path'
import type { DeviceId } from '../shared/domain/device.ts'
import type { ModelManifest } from '../shared/domain/model.ts'
import { openClassifier, type OpenClassifier } from './evaluation/open-classifier.ts'
import { loadModel, modelFiles } from './load-model.ts'
import { createKeeper, type Keeper, type Releasable } from './keeper.ts'
import { fileState } from './weights/file-state.ts'

/** A model on a device, ready for pictures. */
export interface OpenModel extends Releasable {
  readonly manifest: ModelManifest
  readonly classifier: Omit<OpenClassifier, 'close'>
}

export interface ModelPlace {
  readonly modelFolder: string
  /** Null: the fastest. */
  readonly device: DeviceId | null
}

/** Errors: those of loading the model, no-device. */
export async function openModel({ modelFolder, device }: ModelPlace): Promise<OpenModel> {
  const model = await loadModel(modelFolder)
  const classifier = await openClassifier(model, device)
  return { manifest: model.manifest, classifier, release: () => classifier.close() }
}

/** Keeps the model of the last job on the device. */
export function createModelKeeper(): Keeper<ModelPlace, OpenModel> {
  return createKeeper(openModel, async (place) => JSON.stringify([place, await fileState(weightsFile(place))]))
}

function weightsFile({ modelFolder }: ModelPlace): string {
  return join(modelFolder, modelFiles.weights)
}
