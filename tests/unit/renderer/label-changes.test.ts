import { expect, it } from 'vitest'
import { countLabelChanges } from '../../../src/renderer/evaluate/label-changes.ts'
import { ImageId } from '../../../src/shared/domain/ids.ts'

const id = (value: number) => ImageId.parse(value)
const entry = (imageId: number, classIndex: number) => ({
  imageId: id(imageId),
  classIndex,
  path: `${String(imageId)}.png`,
  contentHash: '0'.repeat(64),
  split: 'train' as const,
})
const frozen = { classes: ['bun', 'dog'], entries: [entry(1, 0), entry(2, 0), entry(3, 1), entry(4, 1)] }

it('counts nothing where all is as it was', () => {
  const now = [
    { name: 'dog', imageIds: [id(4), id(3)] },
    { name: 'bun', imageIds: [id(1), id(2)] },
  ]
  expect(countLabelChanges(frozen, now)).toEqual({ changed: 0, added: 0 })
})

it('counts labels that were changed or taken away, and new ones', () => {
  const now = [
    { name: 'bun', imageIds: [id(1), id(3)] },
    { name: 'cat', imageIds: [id(7), id(8)] },
    { name: 'dog', imageIds: [id(4), id(9)] },
  ]
  expect(countLabelChanges(frozen, now)).toEqual({ changed: 2, added: 3 })
})
