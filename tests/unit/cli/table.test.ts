import { expect, test } from 'vitest'
import { csvLine } from '../../../src/main/cli/output/csv.ts'
import { displayWidth, fitTo, printable } from '../../../src/main/cli/output/printable.ts'
import { formatTable } from '../../../src/main/cli/output/table.ts'

test('columns line up, also under names that are wider than their letters', () => {
  const lines = formatTable(
    [{ title: 'CLASS' }, { title: 'IMAGES', align: 'right' }],
    [
      ['热狗', '1,204'],
      ['e\u0301clair', '7'],
      ['bun', null],
    ],
  )
  expect(lines).toEqual(['CLASS   IMAGES', '热狗     1,204', 'e\u0301clair       7', 'bun'])
})

test('names cannot drive the terminal', () => {
  const hostile = 'a\x1b]0;owned\x07\r\nb\u202egpj.\x9b2J'
  expect(printable(hostile)).toBe('a\\x1b]0;owned\\x07\\x0d\\x0ab\\u202egpj.\\x9b2J')
  expect(formatTable([{ title: 'FILE' }], [[hostile]])).toHaveLength(2)
})

test('a line is cut between characters, never inside one', () => {
  expect(fitTo('short', 5)).toBe('short')
  expect(fitTo('热狗热狗', 5)).toBe('热狗…')
  expect(displayWidth(fitTo('👩‍👩‍👧 family', 4))).toBeLessThanOrEqual(4)
})

test('CSV quotes what would break it', () => {
  expect(csvLine(['a,b', 'say "x"', 'two\nlines', null, 0.5])).toBe('"a,b","say ""x""","two\nlines",,0.5\r\n')
  expect(csvLine(['=cmd()', -1])).toBe("'=cmd(),-1\r\n")
})
