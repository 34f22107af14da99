import { expect, test } from 'vitest'
import {
  all,
  asImageSelection,
  band,
  countSelected,
  emptySelection,
  hasImage,
  none,
  only,
  orderOf,
  rangeTo,
  settle,
  toggle,
  type Selection,
} from '../../../src/renderer/label/selection.ts'
import { ImageId } from '../../../src/shared/domain/ids.ts'

const id = (number: number) => ImageId.parse(number)
const order = orderOf([10, 20, 30, 40, 50].map(id))
const selected = (selection: Selection, within = order) =>
  within.ids.filter((image) => hasImage(selection, image)).map(Number)

test('a range goes from the anchor to where it ends, either way', () => {
  const down = rangeTo(only(id(20)), order, id(40))
  expect(selected(down)).toEqual([20, 30, 40])
  expect(selected(rangeTo(down, order, id(10)))).toEqual([10, 20])
})

test('a range that is added keeps what was selected', () => {
  const two = toggle(only(id(10)), id(30))
  expect(selected(rangeTo(two, order, id(50), true))).toEqual([10, 30, 40, 50])
})

test('a toggled image comes and goes and is where the keys go on', () => {
  const two = toggle(only(id(10)), id(40))
  expect(selected(two)).toEqual([10, 40])
  expect(two.focus).toBe(id(40))
  expect(selected(toggle(two, id(10)))).toEqual([40])
})

test('everything is one word for core, whatever its number', () => {
  const everything = all(only(id(30)))
  expect(countSelected(everything, order)).toBe(5)
  expect(asImageSelection(everything, order, { classId: 'unlabelled' })).toEqual({ filter: { classId: 'unlabelled' } })
})

test('everything but one is told by ids', () => {
  const most = toggle(all(only(id(30))), id(20))
  expect(countSelected(most, order)).toBe(4)
  expect(selected(most)).toEqual([10, 30, 40, 50])
  expect(asImageSelection(most, order, {})).toEqual({ ids: [10, 30, 40, 50] })
})

test('nothing selected keeps the place', () => {
  const nothing = none(only(id(30)))
  expect(countSelected(nothing, order)).toBe(0)
  expect(nothing.focus).toBe(id(30))
})

test('a band adds to what it was begun with', () => {
  expect(selected(band(null, [id(20), id(30)], null))).toEqual([20, 30])
  expect(selected(band(only(id(50)), [id(20)], null))).toEqual([20, 50])
  expect(band(null, [], id(10)).focus).toBe(id(10))
})

test('an image that left hands the focus on to the next that stayed', () => {
  const after = orderOf([10, 50].map(id))
  const settled = settle(only(id(30)), order, after)
  expect(settled.focus).toBe(id(50))
  expect(selected(settled, after)).toEqual([50])
})

test('after the last image the focus goes back to the one before', () => {
  const after = orderOf([10, 20].map(id))
  expect(settle(only(id(50)), order, after).focus).toBe(id(20))
})

test('where nothing is left nothing is selected', () => {
  const settled = settle(only(id(50)), order, orderOf([]))
  expect(settled.focus).toBeNull()
  expect(countSelected(settled, orderOf([]))).toBe(0)
})

test('images that stay stay selected in another order', () => {
  const after = orderOf([50, 40, 30, 20, 10].map(id))
  const settled = settle(rangeTo(only(id(20)), order, id(40)), order, after)
  expect(selected(settled, after)).toEqual([40, 30, 20])
  expect(settled.focus).toBe(id(40))
})

test('nothing selected stays nothing when images leave', () => {
  const settled = settle(none(only(id(30))), order, orderOf([10, 20].map(id)))
  expect(countSelected(settled, orderOf([10, 20].map(id)))).toBe(0)
})

test('the empty selection begins nowhere', () => {
  expect(selected(emptySelection)).toEqual([])
  expect(selected(rangeTo(emptySelection, order, id(20)))).toEqual([20])
})
