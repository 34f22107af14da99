import { describe, expect, it } from 'vitest'
import { allMistakes, imagesOfChoice, parseMatrixChoice } from '../../../src/renderer/evaluate/judged-images.ts'
import { ImageId } from '../../../src/shared/domain/ids.ts'
import type { Outcome } from '../../../src/shared/domain/metrics.ts'

const classes = ['cat', 'dog', 'cow']

/** One line per image: label, prediction, confidence. */
const outcomes: Outcome[] = [
  [0, 0, 0.99],
  [0, 0, 0.4],
  [0, 1, 0.6],
  [0, 1, 0.9],
  [0, 2, 0.7],
  [1, 1, 0.8],
  [2, 1, 0.5],
].map(([label = 0, predicted = 0, confidence = 0], index) => ({
  imageId: ImageId.parse(index + 1),
  path: `${String(index + 1)}.png`,
  label,
  predicted,
  confidence,
  loss: 0,
}))

const mistakes = outcomes
  .filter(({ label, predicted }) => label !== predicted)
  .map(({ imageId, path, label, predicted, confidence }) => ({
    imageId,
    path,
    label: classes[label] ?? '',
    predicted: classes[predicted] ?? '',
    confidence,
  }))

function idsOf(choice: { label: number | null; predicted: number | null }, kept = outcomes) {
  return imagesOfChoice({ outcomes: kept, mistakes }, classes, choice)?.map(({ imageId }) => imageId)
}

describe('imagesOfChoice', () => {
  it('gives all mistakes, the surest first', () => {
    expect(idsOf(allMistakes)).toEqual([4, 5, 3, 7])
  })

  it('gives a cell', () => {
    expect(idsOf({ label: 0, predicted: 1 })).toEqual([4, 3])
    expect(idsOf({ label: 1, predicted: 2 })).toEqual([])
  })

  it('gives the right ones of a class, the least sure first', () => {
    expect(idsOf({ label: 0, predicted: 0 })).toEqual([2, 1])
  })

  it('gives the mistakes of a row and of a column', () => {
    expect(idsOf({ label: 0, predicted: null })).toEqual([4, 5, 3])
    expect(idsOf({ label: null, predicted: 1 })).toEqual([4, 3, 7])
  })

  it('names the classes', () => {
    const [first] = imagesOfChoice({ outcomes, mistakes }, classes, { label: 2, predicted: 1 }) ?? []
    expect(first).toEqual({ imageId: 7, path: '7.png', label: 'cow', predicted: 'dog', confidence: 0.5 })
  })

  it('knows only the mistakes of a model that kept no outcomes', () => {
    expect(idsOf({ label: 0, predicted: 1 }, [])).toEqual([3, 4])
    expect(idsOf({ label: 0, predicted: 0 }, [])).toBeUndefined()
  })
})

describe('parseMatrixChoice', () => {
  it('reads class indices and refuses what is none', () => {
    expect(parseMatrixChoice('2', '0', 3)).toEqual({ label: 2, predicted: 0 })
    expect(parseMatrixChoice('3', '-1', 3)).toEqual(allMistakes)
    expect(parseMatrixChoice('', null, 3)).toEqual(allMistakes)
    expect(parseMatrixChoice('1e1', '0x1', 99)).toEqual(allMistakes)
  })
})
