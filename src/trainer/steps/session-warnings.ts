import type { TrainJob } from '../../shared/contract/trainer.ts'
import { imbalanceRatio } from '../../shared/domain/dataset.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import { said } from '../../shared/said.ts'
import type { ActiveDevice } from '../devices/device.ts'
import type { Checkpoint } from './checkpoint.ts'

/* What a person should know of a run before it begins to learn. */

export function* resumedWarnings({ state, identity }: Checkpoint, device: ActiveDevice): Generator<TrainerEvent> {
  if (identity.device !== device.id) yield movedWarning(identity, device)
  const where =
    state.epochs + state.steps > 0
      ? said`The run goes on from its checkpoint after ${state.epochs} epochs and ${state.steps} updates.`
      : said`The run goes on from its checkpoint after the output layer was fitted.`
  const message = device.deterministic ? where : said`${where} This device does not give the same bits each time.`
  yield { kind: 'warning', code: 'resumed', message, paths: [] }
}

function movedWarning({ device }: Checkpoint['identity'], { name }: ActiveDevice): TrainerEvent {
  const message = said`${device} computes no longer, so the run goes on with ${name}. Its numbers differ by rounding.`
  return { kind: 'warning', code: 'device-changed', message, paths: [] }
}

export function* imbalanceWarning(counts: readonly number[], { dataset, recipe }: TrainJob): Generator<TrainerEvent> {
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  if (most < imbalanceRatio * least) return
  const name = (count: number) => dataset.classes[counts.indexOf(count)] ?? ''
  const advice =
    recipe.classWeights === 'balanced'
      ? said`The rare ones count more in the loss.`
      : said`Set classWeights to balanced to let the rare ones count more.`
  const message = said`The classes differ in their training images: ${name(most)} has ${most}, ${name(least)} has
    ${least}. ${advice}`
  yield { kind: 'warning', code: 'class-imbalance', message, paths: [] }
}

export function* microBatchWarning(microBatchSize: number, recipe: Recipe): Generator<TrainerEvent> {
  if (recipe.epochs === 0 || microBatchSize >= recipe.batchSize) return
  const message = said`The device takes ${microBatchSize} images at once: gradients are summed until a batch of
    ${recipe.batchSize} is complete. Batch normalisation sees each part for itself.`
  yield { kind: 'warning', code: 'micro-batch', message, paths: [] }
}
