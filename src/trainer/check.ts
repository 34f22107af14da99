import { setImmediate as turn } from 'node:timers/promises'
import type { z } from 'zod'
import type { CheckedEvent, CheckedImage, trainer } from '../shared/contract/trainer.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { openBackbone } from './open-backbone.ts'
import { requireTwoClasses, seeImages } from './see-images.ts'
import { neighbourDistances } from './steps/neighbour-distance.ts'
import { predictOutOfSample } from './steps/out-of-sample.ts'

export type CheckInput = z.output<typeof trainer.check.input>

/** Holds each labelled image against the others; see the contract. */
export async function* check(
  input: CheckInput,
  { signal }: Pick<HandlerContext, 'signal'>,
): AsyncGenerator<CheckedEvent, void, undefined> {
  const { recipe, backboneFolder, classCount } = input
  const opened = await openBackbone({ recipe, backboneFolder })
  try {
    const { items, values, width } = yield* seeImages(opened, input.images, input, signal)
    const classIndices = items.map(({ classIndex }) => classIndex)
    requireTwoClasses(classIndices)
    const groups = items.map(({ group }) => group)
    const options = { classCount, groups, seed: recipe.seed, signal }
    const search = predictOutOfSample({ values, width, classIndices }, options)
    let next = await search.next()
    while (next.done !== true) {
      yield { kind: 'comparing', ...next.value }
      // Messages, such as the one that asks to stop, come in between two fits only.
      await turn()
      next = await search.next()
    }
    const { probabilities } = next.value
    const distances = await neighbourDistances(values, width, signal)
    const images = items.map(({ imageId, contentHash }, row): CheckedImage => ({
      imageId,
      contentHash,
      probabilities: probabilities.slice(row * classCount, (row + 1) * classCount),
      neighbourDistance: distances[row] ?? 0,
    }))
    yield { kind: 'checked', images, failedCount: input.images.length - images.length }
  } finally {
    await opened.release()
  }
}
