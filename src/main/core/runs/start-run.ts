import type { z } from 'zod'
import { FreezeOptions } from '../../../shared/contract/datasets.ts'
import type { runs } from '../../../shared/contract/runs.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { Run } from '../../../shared/domain/run.ts'
import { AppError } from '../../../shared/errors.ts'
import { listBackbones } from '../backbones/list-backbones.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { HeldLock } from '../database/hold-lock.ts'
import { getDataset } from '../datasets/dataset-repository.ts'
import { freezeDataset } from '../datasets/freeze-dataset.ts'
import type { Host } from '../host.ts'
import { resolveRecipe } from './resolve-recipe.ts'
import { requireLock } from './run-lock.ts'
import type { RunQueue } from './run-queue.ts'
import { getRun, insertRun } from './run-repository.ts'
import type { NewRun } from './run-repository.ts'

export interface StartOptions {
  readonly queue: RunQueue
  readonly input: z.output<typeof runs.start.input>
}

/** Freezes the labels of now where no dataset is given, and queues a run. Errors: bad-input, not-found, not-enough-data. */
export async function startRun(host: Host, project: OpenProject, { queue, input }: StartOptions): Promise<Run> {
  const recipe = await withArchitecture(host, resolveRecipe(input.preset, input.overrides), input)
  const datasetId =
    input.datasetId === null
      ? freezeDataset(project.writer, FreezeOptions.parse({}), host.now()).id
      : getDataset(project.reader, input.datasetId).id
  const { runId, lock } = insertLocked(host, project, { datasetId, recipe })
  // How it fares is told by its events.
  queue.add({ project, runId, resume: false, lock }).catch(() => undefined)
  return getRun(project.reader, runId)
}

/** A new run whose lock is held before others can see it: to them a queued run without a lock is a dead one. */
function insertLocked(
  host: Host,
  project: OpenProject,
  run: Omit<NewRun, 'createdAtMs'>,
): { readonly runId: RunId; readonly lock: HeldLock } {
  let lock: HeldLock | undefined
  try {
    return transaction(project.writer, (tx) => {
      const runId = insertRun(tx, { ...run, createdAtMs: host.now() })
      lock = requireLock(project, runId)
      return { runId, lock }
    })
  } catch (thrown) {
    lock?.release()
    throw thrown
  }
}

/** The network is that of the backbone, unless the person named one. Errors: not-found with the cure, bad-input. */
async function withArchitecture(host: Host, recipe: Recipe, { overrides }: StartOptions['input']): Promise<Recipe> {
  if (recipe.backbone === null) return recipe
  const card = (await listBackbones(host)).find(({ name }) => name === recipe.backbone)
  if (card === undefined) {
    throw new AppError(
      'not-found',
      `There is no backbone ${recipe.backbone} in the store. Get it with "athanor backbone fetch ${recipe.backbone}", ` +
        'add a file of your own with "athanor backbone add FILE", or start from random weights with --backbone none.',
    )
  }
  if (overrides.architecture === undefined) return { ...recipe, architecture: card.architecture }
  if (overrides.architecture === card.architecture) return recipe
  throw new AppError(
    'bad-input',
    `The backbone ${card.name} is a ${card.architecture}, not a ${overrides.architecture}. Leave architecture out.`,
  )
}
