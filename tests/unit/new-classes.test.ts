import { expect, test } from 'vitest'
import { newClasses } from '../../src/main/core/labels/new-classes.ts'

test('classes get the keys 1 to 9, 0 and then letters, but none that the Label page uses, and colours in turn', () => {
  const made = newClasses(
    Array.from({ length: 40 }, (_, at) => `class ${at}`),
    [],
    1,
  )
  expect(made.map(({ key }) => key ?? '-').join('')).toBe('1234567890qwertyuiopdfghjklzxcvbm-------')
  expect(made.map(({ colour }) => colour)).toEqual(Array.from({ length: 40 }, (_, at) => at % 24))
  expect(made.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1))
})

test('a class that is called like a key gets it, unless it is taken', () => {
  expect(newClasses(['0', '1', 'two', '2'], [], 1).map(({ key }) => key)).toEqual(['0', '1', '3', '2'])
  const existing = [{ id: 1, name: 'bun', colour: 5, key: '2' }]
  expect(newClasses(['2', 'cat'], existing, 7)).toEqual([
    { id: 7, name: '2', colour: 0, key: '1' },
    { id: 8, name: 'cat', colour: 1, key: '3' },
  ])
})
