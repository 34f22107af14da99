import { expect, test } from 'vitest'
import { findCopies } from '../../../src/main/core/checks/find-copies.ts'
import { randomOf } from '../../../src/shared/random.ts'

const hexOf = (key: number, digits: number) => {
  const random = randomOf(key)
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}

/** A picture by its number, with the first bit of its hashes as it is or turned round. */
function picture(number: number, className: string, { content = number, isTouched = false } = {}) {
  const touch = (hex: string) => (isTouched ? (parseInt(hex[0] ?? '0', 16) ^ 8).toString(16) + hex.slice(1) : hex)
  return {
    className,
    contentHash: `content ${content}`,
    perceptualHash: touch(hexOf(number, 16)),
    detailHash: touch(hexOf(number + 1000, 64)),
  }
}

test('copies and near copies are of one group, and say so where their labels differ', () => {
  const images = [
    picture(1, 'cat'),
    picture(1, 'dog'),
    picture(2, 'cat'),
    picture(2, 'cat', { content: 9 }),
    picture(3, 'dog'),
    picture(3, 'owl', { content: 8, isTouched: true }),
    picture(4, 'owl'),
  ]
  const { groups, otherwise } = findCopies(images, 4)
  expect(otherwise).toEqual([1, 0, null, null, 5, 4, null])
  expect(new Set(groups).size).toBe(4)
  expect([groups[0] === groups[1], groups[2] === groups[3], groups[4] === groups[5]]).toEqual([true, true, true])
})
