import type { Preprocessing } from '../../shared/domain/backbone.ts'
import { forwardPixels, type Classifier } from '../evaluation/classifier.ts'
import { softmax } from '../evaluation/probabilities.ts'

/** What the trainer itself says in float32, on its own device: what every export is compared with. */
export interface Reference {
  readonly preprocessing: Preprocessing
  /** Of the pixels of a file, [cropPx, cropPx, 3]; computed once for each file. */
  probabilitiesOf(file: string, pixels: Uint8Array): Promise<readonly number[]>
}

export function createReference(classifier: Classifier): Reference {
  const known = new Map<string, readonly number[]>()
  return {
    preprocessing: classifier.preprocessing,
    async probabilitiesOf(file, pixels) {
      const before = known.get(file)
      if (before !== undefined) return before
      const { outputs } = await forwardPixels(classifier, [pixels], { slots: 1 })
      const probabilities = softmax(outputs[0] ?? [])
      known.set(file, probabilities)
      return probabilities
    },
  }
}
