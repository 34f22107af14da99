import type { z } from 'zod'
import type { CheckedEvent, trainer } from '../shared/contract/trainer.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { openBackbone, type OpenBackbone } from './open-backbone.ts'
import { requireTwoClasses, seeImages } from './see-images.ts'
import { neighbourDistances } from './steps/neighbour-distance.ts'
import { predictOutOfSample } from './steps/out-of-sample.ts'
import { createProgress } from './steps/progress.ts'
import { watchLearning } from './steps/watch-learning.ts'

export type CheckInput = z.output<typeof trainer.check.input>

/** Holds each labelled image against the others; see the contract. */
export async function* check(
  input: CheckInput,
  { signal }: Pick<HandlerContext, 'signal'>,
): AsyncGenerator<CheckedEvent, void, undefined> {
  const { recipe, backboneFolder, classCount } = input
  const opened = await openBackbone({ recipe, backboneFolder, classCount })
  try {
    const { items, values, width } = yield* seeImages(opened, input.images, input, signal)
    const classIndices = items.map(({ classIndex }) => classIndex)
    requireTwoClasses(classIndices)
    const groups = items.map(({ group }) => group)
    const classWeights = new Array<number>(classCount).fill(1)
    const options = { classWeights, labelSmoothing: 0, groups, seed: recipe.seed, signal }
    const search = predictOutOfSample({ values, width, classIndices }, options)
    let next = await search.next()
    while (next.done !== true) {
      yield { kind: 'comparing', ...next.value }
      next = await search.next()
    }
    const { probabilities, strength } = next.value
    const distances = await neighbourDistances(values, width, signal)
    const found = (heard: Heard): CheckedEvent => ({
      kind: 'checked',
      images: items.map(({ imageId, contentHash }, row) => ({
        imageId,
        contentHash,
        probabilities: probabilities.slice(row * classCount, (row + 1) * classCount),
        neighbourDistance: distances[row] ?? 0,
        whileLearning: heard?.[row] ?? null,
      })),
      failedCount: input.images.length - items.length,
    })
    let heard: Heard
    try {
      heard = yield* listen(opened, items, { input, strength, signal })
    } catch (thrown) {
      // What the folds said is worth keeping, whatever became of the rest.
      if (!signal.aborted) yield found(null)
      throw thrown
    }
    yield found(heard)
  } finally {
    await opened.release()
  }
}

/** By row; null where an image could not be read again, or nobody asked. */
type Heard = readonly (Float32Array<ArrayBuffer> | null)[] | null

interface ListenOptions {
  readonly input: CheckInput
  /** How strongly the head is held back that learning begins from. */
  readonly strength: number
  readonly signal: AbortSignal
}

/** What a network says of the images while it learns their labels. */
async function* listen(
  opened: OpenBackbone,
  items: readonly CheckInput['images'][number][],
  { input, strength, signal }: ListenOptions,
): AsyncGenerator<CheckedEvent, Heard> {
  const { learning, imageFolder } = input
  if (learning === null) return null
  const entries = items.map(({ imageId, path, contentHash, classIndex }) => ({
    ...{ imageId, path, contentHash, classIndex },
    split: 'train' as const,
  }))
  const progress = createProgress({
    phase: 'fine-tuning',
    total: learning.epochs * entries.length,
    now: () => performance.now(),
  })
  const watch = watchLearning(opened, entries, { recipe: learning, imageFolder, strength, signal })
  try {
    let next = await watch.next()
    while (next.done !== true) {
      const step = progress.step(next.value.done)
      if (step?.kind === 'step') {
        const { done, total, secondsLeft } = step
        yield { kind: 'learning', done, total, secondsLeft }
      }
      next = await watch.next()
    }
    return next.value
  } finally {
    // Where it was left, it still has to give back what it holds on the device.
    await watch.return([])
  }
}
