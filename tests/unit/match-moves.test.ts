import { expect, test } from 'vitest'
import { matchMoves } from '../../src/main/core/catalog/match-moves.ts'

const image = (id: number, path: string, content: string | null, sizeBytes = 1) => {
  return { id, path, sizeBytes, contentHash: content }
}
const file = (path: string, content: string | null, sizeBytes = 1) => ({ path, sizeBytes, contentHash: content })

function moves(lost: Parameters<typeof matchMoves>[0], files: readonly ReturnType<typeof file>[]): string[] {
  return matchMoves(lost, files).map((move) => `${move.image.path} -> ${move.file.path}`)
}

test('one lost image and one new file of the same content are the same', () => {
  expect(moves([image(1, 'a', 'X'), image(2, 'b', 'Y')], [file('c', 'Y'), file('d', 'X'), file('e', 'Z')])).toEqual([
    'b -> c',
    'a -> d',
  ])
})

test('what is not certain is not guessed', () => {
  expect(moves([image(1, 'a', 'X'), image(2, 'b', 'X')], [file('c', 'X')])).toEqual([])
  expect(moves([image(1, 'a', 'X')], [file('b', 'X'), file('c', 'X')])).toEqual([])
  // The same name twice on one side says nothing either.
  expect(moves([image(1, 'p/a', 'X'), image(2, 'q/a', 'X')], [file('r/a', 'X')])).toEqual([])
  expect(moves([image(1, 'a', null)], [file('b', null)])).toEqual([])
  expect(moves([image(1, 'a', 'X', 1)], [file('b', 'X', 2)])).toEqual([])
})

test('copies in a folder that was renamed are told apart by their names', () => {
  expect(
    moves(
      [image(1, 'old/a', 'X'), image(2, 'old/b', 'X')],
      [file('new/b', 'X'), file('new/a', 'X'), file('new/c', 'X')],
    ),
  ).toEqual(['old/b -> new/b', 'old/a -> new/a'])
})
