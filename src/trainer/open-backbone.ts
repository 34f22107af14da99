import type { Recipe } from '../shared/domain/recipe.ts'
import type { ActiveDevice } from './devices/device.ts'
import { chooseDevice } from './devices/table.ts'
import type { OpenClassifier } from './evaluation/open-classifier.ts'
import { createKeeper, type Keeper, type Releasable } from './keeper.ts'
import { createParameters, disposeParameters } from './network/parameters.ts'
import { buildResnet } from './network/resnet.ts'
import { preprocessingOf, requireArchitecture } from './steps/session.ts'
import { loadBackbone, weightsFileOf } from './weights/backbone-store.ts'
import { fileState } from './weights/file-state.ts'

export interface BackbonePlace {
  /** Of which backbone, sizes and device. */
  readonly recipe: Recipe
  readonly backboneFolder: string
  /** Outputs of the new head; two where nobody looks at them. */
  readonly classCount?: number
}

export interface OpenBackbone extends Omit<OpenClassifier, 'close'>, Releasable {
  /** Null where the recipe starts from random weights. */
  readonly backboneSha256: string | null
  readonly active: ActiveDevice
}

/**
 * The network as a run of the recipe begins with it, on its device, for what it sees below the head, which is new.
 * Errors: not-found and checksum for the backbone, bad-input, no-device.
 */
export async function openBackbone({ recipe, backboneFolder, classCount = 2 }: BackbonePlace): Promise<OpenBackbone> {
  const backbone = recipe.backbone === null ? null : await loadBackbone(backboneFolder, recipe.backbone)
  requireArchitecture(backbone, recipe)
  const { device, threads, precision } = recipe
  const { active } = await chooseDevice(device, { threads, precision })
  try {
    const network = buildResnet(recipe.architecture, classCount)
    const weights = backbone?.weights ?? null
    const parameters = createParameters(network, { weights, seed: recipe.seed, newHead: true })
    return {
      network,
      parameters,
      preprocessing: preprocessingOf(recipe, backbone),
      device: active.id,
      threads: active.threads,
      precision: active.precision,
      backboneSha256: backbone?.card.sha256 ?? null,
      active,
      release: async () => {
        disposeParameters(parameters)
        await active.dispose()
      },
    }
  } catch (thrown) {
    await active.dispose()
    throw thrown
  }
}

/** Keeps the backbone of the last job on the device. */
export function createBackboneKeeper(): Keeper<BackbonePlace, OpenBackbone> {
  return createKeeper(openBackbone, async (place) => {
    const { backbone } = place.recipe
    const weights = backbone === null ? null : await fileState(weightsFileOf(place.backboneFolder, backbone))
    return JSON.stringify([place, weights])
  })
}
