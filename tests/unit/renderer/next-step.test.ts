import { expect, test } from 'vitest'
import { nextClassKey } from '../../../src/renderer/label/class-keys.ts'
import { nextStep, type Progress } from '../../../src/renderer/label/next-step.ts'

function progress(labelled: number, unlabelled: number, ...imageCounts: number[]): Progress {
  const counts = {
    images: labelled + unlabelled,
    labelled,
    unlabelled,
    unreadable: 0,
    missing: 0,
    duplicated: 0,
    skipped: 0,
    suggested: 0,
    disagreeing: 0,
    doubted: 0,
    bySplit: { train: 0, validation: 0, test: 0, none: labelled + unlabelled },
  }
  const classes = imageCounts.map((imageCount) => ({ imageCount }))
  return { counts, classes, models: [], activeRun: null, history: { undoStep: { atMs: 2_000 } } }
}

test('nothing is said before there is something to go on with', () => {
  expect(nextStep({ ...progress(0, 30), counts: null })).toBeNull()
  expect(nextStep(progress(0, 30))).toBeNull()
  expect(nextStep(progress(9, 21, 5, 4))).toBeNull()
})

test('two classes with enough images are enough for a first model', () => {
  expect(nextStep(progress(10, 20, 5, 5))).toBe('tune-first')
  expect(nextStep(progress(10, 20, 10, 0))).toBeNull()
})

test('when everything is labelled, tuning is next, where there is something to tell apart', () => {
  expect(nextStep(progress(30, 0, 20, 10))).toBe('tune-all')
  expect(nextStep(progress(30, 0, 30, 0))).toBe('second-class')
})

test('a model is asked to learn again only from labels that are newer than it', () => {
  const done = progress(30, 0, 20, 10)
  expect(nextStep({ ...done, models: [{ createdAtMs: 1_000 }] })).toBe('tune-again')
  expect(nextStep({ ...done, models: [{ createdAtMs: 3_000 }] })).toBeNull()
  expect(nextStep({ ...progress(20, 10, 10, 10), models: [{ createdAtMs: 1_000 }] })).toBeNull()
})

test('the next class gets the first key that no class has', () => {
  expect(nextClassKey([])).toBe('1')
  expect(nextClassKey([{ key: '1' }, { key: '3' }, { key: null }])).toBe('2')
  const taken = Array.from({ length: 40 }, (_, count) => count).reduce<{ key: string }[]>((classes) => {
    const key = nextClassKey(classes)
    return key === undefined ? classes : [...classes, { key }]
  }, [])
  expect(taken.map(({ key }) => key).join('')).toMatch(/^1234567890q/)
  expect(taken.map(({ key }) => key)).not.toContain('s')
  expect(nextClassKey(taken)).toBeUndefined()
})
