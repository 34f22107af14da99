import { describe, expect, it } from 'vitest'
import { Evaluation } from '../../src/shared/domain/metrics.ts'
import { isAppError } from '../../src/shared/errors.ts'
import { summarize, type Sample } from '../../src/trainer/evaluation/summarize.ts'

const classes = ['bun', 'dog', 'cat', 'never']

/** Probabilities chosen, logits as their logarithms. */
function sample(path: string, classIndex: number, probabilities: readonly number[]): Sample {
  return { imageId: null, path, classIndex, logits: probabilities.map(Math.log) }
}

const samples = [
  sample('a', 0, [0.7, 0.1, 0.1, 0.1]),
  sample('b', 0, [0.2, 0.5, 0.2, 0.1]),
  sample('c', 1, [0.1, 0.8, 0.05, 0.05]),
  sample('d', 1, [0.9, 0.05, 0.03, 0.02]),
  sample('e', 2, [0.25, 0.25, 0.4, 0.1]),
]

describe('summarize', () => {
  const result = summarize({ split: 'test', classes, samples, missing: [{ path: 'f', reason: 'gone' }] })

  it('fits its schema', () => {
    expect(Evaluation.parse(result)).toEqual(result)
  })

  it('counts', () => {
    expect(result).toMatchObject({ split: 'test', imageCount: 5, correctCount: 3, accuracy: 0.6 })
    expect(result.confusion).toEqual([
      [1, 1, 0, 0],
      [1, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ])
    expect(result.missing).toEqual([{ path: 'f', reason: 'gone' }])
  })

  it('averages the cross-entropy', () => {
    const byHand = -(Math.log(0.7) + Math.log(0.2) + Math.log(0.8) + Math.log(0.05) + Math.log(0.4)) / 5
    expect(result.loss).toBeCloseTo(byHand, 12)
  })

  it('gives precision, recall and F1, and null where they divide by nothing', () => {
    expect(result.perClass).toEqual([
      { name: 'bun', imageCount: 2, precision: 0.5, recall: 0.5, f1: 0.5 },
      { name: 'dog', imageCount: 2, precision: 0.5, recall: 0.5, f1: 0.5 },
      { name: 'cat', imageCount: 1, precision: 1, recall: 1, f1: 1 },
      { name: 'never', imageCount: 0, precision: null, recall: null, f1: null },
    ])
  })

  it('lists the most confident mistakes first', () => {
    expect(result.mistakes.map(({ path, label, predicted }) => [path, label, predicted])).toEqual([
      ['d', 'dog', 'bun'],
      ['b', 'bun', 'dog'],
    ])
    expect(result.mistakes[0]?.confidence).toBeCloseTo(0.9, 12)
  })

  it('keeps what was said of every image, in order', () => {
    expect(result.outcomes.map(({ path, label, predicted }) => [path, label, predicted])).toEqual([
      ['a', 0, 0],
      ['b', 0, 1],
      ['c', 1, 1],
      ['d', 1, 0],
      ['e', 2, 2],
    ])
    const losses = [0.7, 0.2, 0.8, 0.05, 0.4].map((probability) => expect.closeTo(-Math.log(probability), 12) as number)
    expect(result.outcomes.map(({ loss }) => loss)).toEqual(losses)
    const confidences = [0.7, 0.5, 0.8, 0.9, 0.4].map((confidence) => expect.closeTo(confidence, 12) as number)
    expect(result.outcomes.map(({ confidence }) => confidence)).toEqual(confidences)
  })

  it('reads evaluations from before outcomes and calibration were kept', () => {
    const { outcomes: _, calibration: __, ...old } = result
    expect(Evaluation.parse(old)).toMatchObject({ outcomes: [], calibration: null, accuracy: 0.6 })
  })

  it('keeps the hundred most confident of many mistakes', () => {
    const many = Array.from({ length: 150 }, (_, index) => {
      const wrong = 0.5 + index / 400
      return sample(String(index), 0, [0.01, wrong, (0.99 - wrong) / 2, (0.99 - wrong) / 2])
    })
    const { mistakes, correctCount } = summarize({ split: 'test', classes, samples: many, missing: [] })
    expect(correctCount).toBe(0)
    expect(mistakes.map(({ path }) => path)).toEqual(Array.from({ length: 100 }, (_, index) => String(149 - index)))
  })

  it('stays finite for logits that would overflow', () => {
    const huge = { imageId: null, path: 'x', classIndex: 1, logits: [1000, -1000, 0, 0] }
    const { loss, mistakes } = summarize({ split: 'test', classes, samples: [huge], missing: [] })
    expect(loss).toBe(2000)
    expect(mistakes[0]?.confidence).toBe(1)
  })

  it('is defined without samples', () => {
    const empty = summarize({ split: 'validation', classes, samples: [], missing: [] })
    expect(empty).toMatchObject({ accuracy: 0, loss: 0, accuracyInterval: [0, 1] })
    expect(Evaluation.safeParse(empty).success).toBe(true)
  })

  it('refuses outputs that are not finite', () => {
    const broken = { imageId: null, path: 'x', classIndex: 0, logits: [NaN, 0, 0, 0] }
    let thrown: unknown
    try {
      summarize({ split: 'test', classes, samples: [broken], missing: [] })
    } catch (error) {
      thrown = error
    }
    expect(isAppError(thrown) && thrown.code).toBe('not-finite')
  })
})
