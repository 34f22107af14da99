import { setImmediate as turn } from 'node:timers/promises'
import type { z } from 'zod'
import type { CheckedEvent, CheckedImage, trainer } from '../shared/contract/trainer.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { openBackbone, type OpenBackbone } from './open-backbone.ts'
import { requireTwoClasses, seeImages } from './see-images.ts'
import { featureViews } from './steps/feature-views.ts'
import { joinFeatures, type LabelledFeatures } from './steps/fit-head.ts'
import { findNeighbours } from './steps/neighbours.ts'
import { predictOutOfSample } from './steps/out-of-sample.ts'

export type CheckInput = z.output<typeof trainer.check.input>
type Item = CheckInput['images'][number]

/** Holds each labelled image against the others; see the contract. */
export async function* check(
  input: CheckInput,
  { signal }: Pick<HandlerContext, 'signal'>,
): AsyncGenerator<CheckedEvent, void, undefined> {
  const { recipe, backboneFolder, classCount } = input
  const opened = await openBackbone({ recipe, backboneFolder })
  try {
    const { items, whole, views } = yield* seeViews(opened, input, signal)
    requireTwoClasses(whole.classIndices)
    const groups = items.map(({ group }) => group)
    const viewCount = views.classIndices.length / items.length
    // All views of an image are of one group: none speaks for another.
    const groupsOfViews = Array.from({ length: viewCount }, () => groups).flat()
    const search = predictOutOfSample(views, { classCount, groups: groupsOfViews, seed: recipe.seed, signal })
    let next = await search.next()
    while (next.done !== true) {
      yield { kind: 'comparing', ...next.value }
      // Messages, such as the one that asks to stop, come in between two fits only.
      await turn()
      next = await search.next()
    }
    const { probabilities } = next.value
    const { distances, votes } = await findNeighbours(whole, { classCount, groups, signal })
    const images = items.map(({ imageId, contentHash }, row): CheckedImage => ({
      imageId,
      contentHash,
      probabilities: Float32Array.from({ length: classCount }, (_, index) => {
        let sum = 0
        for (let view = 0; view < viewCount; view += 1) {
          sum += probabilities[(view * items.length + row) * classCount + index] ?? 0
        }
        // Where the features are weak, neighbours see other mistakes than a straight line does.
        return (sum / viewCount + (votes[row * classCount + index] ?? 0)) / 2
      }),
      neighbourDistance: distances[row] ?? 0,
    }))
    yield { kind: 'checked', images, failedCount: input.images.length - images.length }
  } finally {
    await opened.release()
  }
}

interface SeenViews {
  readonly items: readonly Item[]
  readonly whole: LabelledFeatures
  /** All views, one after the other. */
  readonly views: LabelledFeatures
}

/** Each image as it is and, where that means the same, mirrored. */
async function* seeViews(
  opened: OpenBackbone,
  input: CheckInput,
  signal: AbortSignal,
): AsyncGenerator<CheckedEvent, SeenViews> {
  const views = featureViews(input.recipe.horizontalFlip ? 2 : 1, input.recipe.horizontalFlip)
  let items: readonly Item[] = input.images
  const seen: LabelledFeatures[] = []
  const total = items.length * views.length
  for (const [number, view] of views.entries()) {
    const looked = seeImages(opened, items, { ...input, view }, signal)
    let next = await looked.next()
    while (next.done !== true) {
      const { done } = next.value
      yield { kind: 'seeing', done: number * items.length + done, total }
      next = await looked.next()
    }
    const { values, width } = next.value
    // An image that went away in between is left out of what comes; a file does not change while it is looked at.
    if (number === 0) ({ items } = next.value)
    if (next.value.items.length < items.length) break
    seen.push({ values, width, classIndices: items.map(({ classIndex }) => classIndex) })
  }
  const [whole] = seen
  if (whole === undefined) throw new Error('There is always the whole view.')
  return { items, whole, views: joinFeatures(seen) }
}
