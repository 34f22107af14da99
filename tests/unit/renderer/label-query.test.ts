import { expect, test } from 'vitest'
import {
  changesOrder,
  isFiltered,
  isSameFilter,
  parametersOf,
  queryOf,
  withoutCondition,
} from '../../../src/renderer/label/browse-query.ts'
import { ImageFilter } from '../../../src/shared/contract/catalog.ts'

const everything = ImageFilter.parse({
  classId: 3,
  split: 'train',
  state: 'unreadable',
  unreadableReason: 'truncated',
  origin: 'person',
  pathContains: 'a b&c=1',
  duplicated: true,
  skipped: false,
  predictedClassId: 2,
  disagrees: true,
  suggested: false,
  confidenceMin: 0.85,
})

function addressOf(filter: ImageFilter): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(parametersOf(filter))) if (value !== null) parameters.set(name, value)
  return new URLSearchParams(parameters.toString())
}

test('a filter comes back from the address as it was', () => {
  expect(queryOf(addressOf(everything)).filter).toEqual(everything)
  for (const classId of ['unlabelled', 'labelled'] as const) {
    expect(queryOf(addressOf({ classId })).filter).toEqual({ classId })
  }
})

test('what a filter does not have is taken out of the address', () => {
  expect(parametersOf({})).toMatchObject({ class: null, text: null, suggested: null })
})

test('an address with nonsense is read as far as it makes sense', () => {
  const query = queryOf(new URLSearchParams('class=bun&split=train&skipped=yes&predicted=-4&sort=size&reason=bored'))
  expect(query).toEqual({ filter: { split: 'train' }, sort: 'path' })
})

test('the order is part of the address', () => {
  expect(queryOf(new URLSearchParams('sort=loss')).sort).toBe('loss')
})

test('a condition can be taken away alone', () => {
  const left = withoutCondition(everything, 'split')
  expect(left.split).toBeUndefined()
  expect(left.classId).toBe(everything.classId)
  expect(isFiltered(withoutCondition({ split: 'test' }, 'split'))).toBe(false)
})

test('two filters are the same by their conditions', () => {
  expect(isSameFilter({ skipped: true }, ImageFilter.parse({ skipped: true, split: undefined }))).toBe(true)
  expect(isSameFilter({ skipped: true }, { skipped: false })).toBe(false)
})

test('a label changes the order only of what asks for labels', () => {
  expect(changesOrder({ filter: {}, sort: 'path' }, ['labels'])).toBe(false)
  expect(changesOrder({ filter: { classId: 'unlabelled' }, sort: 'path' }, ['labels'])).toBe(true)
  expect(changesOrder({ filter: { suggested: true }, sort: 'path' }, ['labels'])).toBe(true)
  expect(changesOrder({ filter: {}, sort: 'loss' }, ['labels'])).toBe(true)
  expect(changesOrder({ filter: {}, sort: 'uncertainty' }, ['labels'])).toBe(true)
})

test('a prediction changes the order of what asks for predictions', () => {
  expect(changesOrder({ filter: {}, sort: 'uncertainty' }, ['predictions'])).toBe(true)
  expect(changesOrder({ filter: { disagrees: true }, sort: 'path' }, ['predictions'])).toBe(true)
  expect(changesOrder({ filter: { classId: 'unlabelled' }, sort: 'path' }, ['predictions'])).toBe(false)
})

test('other images always change the order', () => {
  expect(changesOrder({ filter: {}, sort: 'path' }, ['images'])).toBe(true)
  expect(changesOrder({ filter: {}, sort: 'path' }, ['runs', 'models'])).toBe(false)
})
