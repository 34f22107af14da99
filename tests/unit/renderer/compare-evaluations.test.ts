import { describe, expect, it } from 'vitest'
import { compareEvaluations } from '../../../src/renderer/evaluate/compare-evaluations.ts'
import { ImageId } from '../../../src/shared/domain/ids.ts'
import type { Outcome } from '../../../src/shared/domain/metrics.ts'

function outcome(id: number | null, label: number, predicted: number, confidence = 0.9): Outcome {
  return {
    imageId: id === null ? null : ImageId.parse(id),
    path: `${String(id)}.png`,
    label,
    predicted,
    confidence,
    loss: 0,
  }
}

function model(classes: readonly string[], ...outcomes: Outcome[]) {
  return { classes, evaluation: { outcomes } }
}

describe('compareEvaluations', () => {
  it('tells fixed and newly wrong images apart, the surest first', () => {
    const earlier = model(['a', 'b'], outcome(1, 0, 0), outcome(2, 0, 1), outcome(3, 1, 1), outcome(4, 1, 0))
    const later = model(['a', 'b'], outcome(1, 0, 1, 0.6), outcome(2, 0, 0), outcome(3, 1, 0, 0.8), outcome(4, 1, 0))
    const result = compareEvaluations(earlier, later)
    expect(result.fixed.map(({ imageId }) => imageId)).toEqual([2])
    expect(result.broken.map(({ imageId }) => imageId)).toEqual([3, 1])
    expect(result.earlierAccuracy).toBe(0.5)
    expect(result.laterAccuracy).toBe(0.25)
    expect(result.fixed[0]).toMatchObject({ label: 'a', predicted: 'a', predictedBefore: 'b', isRelabelled: false })
  })

  it('compares only what both judged, whatever the order', () => {
    const earlier = model(['a', 'b'], outcome(1, 0, 0), outcome(2, 0, 1), outcome(9, 0, 0))
    const later = model(['a', 'b'], outcome(2, 0, 0), outcome(7, 0, 1), outcome(8, 0, 1), outcome(1, 0, 0))
    const result = compareEvaluations(earlier, later)
    expect(result).toMatchObject({ commonCount: 2, onlyEarlierCount: 1, onlyLaterCount: 2 })
    expect(result).toMatchObject({ earlierAccuracy: 0.5, laterAccuracy: 1 })
  })

  it('goes by the names of classes, which may be numbered anew, and says where the label changed', () => {
    const earlier = model(['a', 'b'], outcome(1, 0, 1))
    const later = model(['b', 'c', 'a'], outcome(1, 0, 0))
    const [image] = compareEvaluations(earlier, later).fixed
    expect(image).toMatchObject({ label: 'b', predicted: 'b', predictedBefore: 'b', isRelabelled: true })
  })

  it('knows images that left the catalog by their path', () => {
    const earlier = model(['a', 'b'], outcome(null, 0, 1))
    const later = model(['a', 'b'], outcome(null, 0, 0))
    expect(compareEvaluations(earlier, later).fixed).toHaveLength(1)
  })

  it('says nothing of models without a common image', () => {
    const result = compareEvaluations(model(['a', 'b'], outcome(1, 0, 0)), model(['a', 'b'], outcome(2, 0, 0)))
    expect(result).toMatchObject({ commonCount: 0, earlierAccuracy: 0, laterAccuracy: 0, fixed: [], broken: [] })
  })
})
