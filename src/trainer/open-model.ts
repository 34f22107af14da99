import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceId } from '../shared/domain/device.ts'
import type { ModelManifest } from '../shared/domain/model.ts'
import { openClassifier, type OpenClassifier } from './evaluation/open-classifier.ts'
import { loadModel, modelFiles } from './load-model.ts'
import { fileError } from './weights/file-errors.ts'

/** A model on a device, ready for pictures. */
export interface OpenModel {
  readonly manifest: ModelManifest
  readonly classifier: Omit<OpenClassifier, 'close'>
  /** To be called when the job is done. */
  readonly release: () => Promise<void>
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

/** Keeps the model of the last job on the device, so that the next picture is answered at once. One job at a time. */
export interface ModelKeeper {
  /** The kept model, or a newly opened one in its place, once whoever has it released it. */
  readonly open: (place: ModelPlace) => Promise<OpenModel>
  /** Frees the device for another kind of job. */
  close(): Promise<void>
}

export function createModelKeeper(): ModelKeeper {
  let kept: { readonly key: string; readonly model: OpenModel } | null = null
  let turn: Promise<void> = Promise.resolve()

  async function takeTurn(): Promise<() => void> {
    const before = turn
    const mine = Promise.withResolvers<void>()
    turn = mine.promise
    await before
    return mine.resolve
  }

  async function forget(): Promise<void> {
    const { model } = kept ?? {}
    kept = null
    await model?.release()
  }

  return {
    async open(place) {
      const end = await takeTurn()
      try {
        const key = JSON.stringify([place, await weightsState(place.modelFolder)])
        if (kept?.key !== key) {
          await forget()
          kept = { key, model: await openModel(place) }
        }
        return { ...kept.model, release: async () => end() }
      } catch (thrown) {
        end()
        throw thrown
      }
    },
    async close() {
      const end = await takeTurn()
      await forget().finally(end)
    },
  }
}

/** Differs once the weights are other ones. */
async function weightsState(modelFolder: string): Promise<readonly number[]> {
  const file = join(modelFolder, modelFiles.weights)
  try {
    const { ino, size, mtimeMs } = await stat(file)
    return [ino, size, mtimeMs]
  } catch (error) {
    throw fileError(error, file)
  }
}
