import { expect, test } from 'vitest'
import { createMissingImages } from '../../../src/trainer/steps/missing-images.ts'
import { said } from '../../../src/shared/said.ts'

const gone = { kind: 'missing', message: said`There is no file at this path any more.` } as const
const changed = { kind: 'changed', message: said`The file holds other bytes.` } as const

test('warns once per kind over what is new, and names it', () => {
  const missing = createMissingImages(100, 0.05)
  missing.note('a.png', gone)
  missing.note('b.png', gone)
  missing.note('c.png', changed)
  missing.note('a.png', gone)
  expect(missing.takeWarnings()).toEqual([
    {
      kind: 'warning',
      code: 'images-missing',
      message: said`2 images are gone since the dataset was frozen; the run goes on without. There is no file at this path any more.`,
      paths: ['a.png', 'b.png'],
    },
    {
      kind: 'warning',
      code: 'images-changed',
      message: said`1 image is changed since the dataset was frozen; the run goes on without. The file holds other bytes.`,
      paths: ['c.png'],
    },
  ])
  missing.note('b.png', gone)
  expect(missing.takeWarnings()).toEqual([])
})

test('gives up above the share that the recipe bears, naming the files', () => {
  const missing = createMissingImages(40, 0.05)
  missing.note('a.png', gone)
  missing.note('b.png', changed)
  expect(() => missing.note('c.png', gone)).toThrow(/3 of 40.*a\.png, b\.png, c\.png/s)
  expect(() => createMissingImages(40, 0).note('a.png', gone)).toThrow(
    expect.objectContaining({ code: 'not-enough-data' }),
  )
})
