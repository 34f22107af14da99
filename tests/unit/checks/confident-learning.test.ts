import { describe, expect, test } from 'vitest'
import { judgeLabels, keepDoubt } from '../../../src/main/core/checks/confident-learning.ts'
import { findOutliers } from '../../../src/main/core/checks/find-outliers.ts'

const label = (classIndex: number, ...probabilities: number[]) => ({ classIndex, probabilities })

describe('the judgement of labels', () => {
  test('counts a label as of another class where that is at least as likely as it is for its own images', () => {
    // The thresholds are the means of the own probabilities: (0.9 + 0.7 + 0.2) / 3 = 0.6 and (0.8 + 0.8) / 2 = 0.8.
    const judged = judgeLabels(
      [label(0, 0.9, 0.1), label(0, 0.7, 0.3), label(0, 0.2, 0.8), label(1, 0.2, 0.8), label(1, 0.2, 0.8)],
      2,
    )
    expect(judged.map(({ isOfAnother }) => isOfAnother)).toEqual([false, false, true, false, false])
    expect(judged[2]).toEqual({
      ...{ likelyIndex: 1, labelProbability: 0.2, likelyProbability: 0.8, isOfAnother: true },
      doubtRatio: expect.closeTo(0.8, 12) as number,
    })
  })

  test('spares a label whose class is hard as such, though another one is likelier', () => {
    // Images of class 1 are never surer than 0.45; for class 0 less than 0.75 is no confidence.
    const judged = judgeLabels([label(0, 0.8, 0.2), label(0, 0.7, 0.3), label(1, 0.55, 0.45), label(1, 0.58, 0.42)], 2)
    expect(judged.map(({ likelyIndex, isOfAnother }) => [likelyIndex, isOfAnother])).toEqual([
      [0, false],
      [0, false],
      [0, false],
      [0, false],
    ])
    // It is still more doubtful than those that agree.
    expect(judged[2]?.doubtRatio).toBeGreaterThan(judged[1]?.doubtRatio ?? 1)
  })

  test('of several confident classes takes the likeliest, and never one without images', () => {
    const judged = judgeLabels(
      [label(0, 0.5, 0.2, 0.2, 0.1), label(1, 0.2, 0.3, 0.4, 0.1), label(2, 0.3, 0.3, 0.3, 0.1), label(0, 0, 0, 0, 1)],
      4,
    )
    expect(judged.map(({ isOfAnother }) => isOfAnother)).toEqual([false, true, false, false])
    expect(judged[1]?.likelyIndex).toBe(2)
    expect(judged[3]).toMatchObject({ likelyIndex: 3, doubtRatio: 1 })
  })
})

describe('what fits that never saw a label and a network that learned it say together', () => {
  const judged = (...probabilities: number[]) => judgeLabels([label(0, ...probabilities), label(1, 0.4, 0.6)], 2)[0]
  const certain = judged(0.9, 0.1)
  const wrong = judged(0.3, 0.7)
  if (certain === undefined || wrong === undefined) throw new Error('A label is judged.')

  test('is what both say, where the network doubts too, or where nobody does', () => {
    expect([certain.isOfAnother, wrong.isOfAnother]).toEqual([false, true])
    expect(keepDoubt(wrong, certain)).toBe(wrong)
    expect(keepDoubt(certain, certain)).toBe(certain)
  })

  test('is a doubt for the reasons of the fits, in the order of both, where the network has come to believe', () => {
    expect(keepDoubt(certain, wrong)).toEqual({ ...wrong, doubtRatio: certain.doubtRatio })
  })
})

describe('outliers', () => {
  const ordinary = Array.from({ length: 40 }, (_, at) => 0.4 + at / 100)

  test('are beyond three times the middle half above it', () => {
    // Quartiles of 0.4 to 0.79 are 0.4975 and 0.6925: the fence is at 1.2775.
    const found = findOutliers([...ordinary, 1.2, 1.4])
    expect(found.filter(Boolean)).toHaveLength(1)
    expect(found.at(-1)).toBe(true)
  })

  test('are not looked for among too few', () => {
    expect(findOutliers([0.1, 0.1, 0.1, 2])).toEqual([false, false, false, false])
    expect(findOutliers([])).toEqual([])
  })
})
