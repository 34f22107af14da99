import type { z } from 'zod'
import type { DraftedEvent, trainer } from '../shared/contract/trainer.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { indexOfLargest, softmax } from './evaluation/probabilities.ts'
import { openBackbone, type BackbonePlace, type OpenBackbone } from './open-backbone.ts'
import { requireTwoClasses, seeImages } from './see-images.ts'
import { fitHead, type LabelledFeatures } from './steps/fit-head.ts'
import { lastOf, logitsOfHead, predictOutOfSample, selectRows } from './steps/out-of-sample.ts'

export type DraftInput = z.output<typeof trainer.draft.input>

/** Fits a head to the labels of now and says with it what all images are; see the contract. */
export async function* draft(
  input: DraftInput,
  { signal }: Pick<HandlerContext, 'signal'>,
  open: (place: BackbonePlace) => Promise<OpenBackbone> = openBackbone,
): AsyncGenerator<DraftedEvent, void, undefined> {
  const { recipe, backboneFolder, classCount } = input
  const opened = await open({ recipe, backboneFolder })
  try {
    const given = [...input.labelled, ...input.unlabelled.map((image) => ({ ...image, classIndex: null, group: null }))]
    const { items, values, width } = yield* seeImages(opened, given, input, signal)
    const labels = items.flatMap(({ classIndex }) => classIndex ?? [])
    requireTwoClasses(labels)
    const [labelled, others] = halvesOf({ values, width }, labels)
    const groups = items.slice(0, labels.length).map(({ group }, row) => group ?? row)
    // One draw of the folds: a few labels later there is the next draft.
    const targets = { classWeights: new Array<number>(classCount).fill(1), labelSmoothing: 0 }
    const options = { ...targets, groups, seed: recipe.seed, drawCount: 1, signal }
    const outOfSample = await lastOf(predictOutOfSample(labelled, options))
    const nothing = selectRows(labelled, [])
    const head = await lastOf(fitHead(labelled, nothing, { ...targets, strengths: [outOfSample.strength], signal }))
    const logits = await logitsOfHead(head, others)
    const probabilitiesOf = (row: number): Float32Array<ArrayBuffer> => {
      if (row < labels.length) return outOfSample.probabilities.slice(row * classCount, (row + 1) * classCount)
      const at = (row - labels.length) * classCount
      return Float32Array.from(softmax(logits.subarray(at, at + classCount)))
    }
    const predictions = items.map(({ imageId, contentHash }, row) => ({
      ...{ imageId, contentHash },
      probabilities: probabilitiesOf(row),
    }))
    yield {
      kind: 'drafted',
      predictions,
      labelled: labels.length,
      agreed: labels.filter((label, row) => indexOfLargest(probabilitiesOf(row)) === label).length,
      failedCount: given.length - items.length,
    }
  } finally {
    await opened.release()
  }
}

/** The rows that have labels, which come first, and the others. */
function halvesOf(
  { values, width }: Pick<LabelledFeatures, 'values' | 'width'>,
  labels: readonly number[],
): [LabelledFeatures, LabelledFeatures] {
  const end = labels.length * width
  const others = values.subarray(end)
  return [
    { values: values.subarray(0, end), width, classIndices: labels },
    { values: others, width, classIndices: new Array<number>(others.length / width).fill(0) },
  ]
}
