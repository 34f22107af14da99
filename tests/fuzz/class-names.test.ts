import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClassName } from '../../src/shared/domain/label.ts'
import { literal, table } from '../../src/trainer/exporters/markdown.ts'

const hostile = [
  '<script>',
  '](javascript:x)',
  '| | |',
  '`',
  '**',
  '# ',
  '../',
  '&lt;',
  '\\',
  '{{',
  'www.x',
  '1. ',
  '\u202e',
]
const classNames = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile)), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((name) => ClassName.safeParse(name).success)
  .map((name) => ClassName.parse(name))

/** What a reader of the Markdown sees. */
function rendered(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
}

describe('class names in a model card', () => {
  it('show as they are, and are text whatever they hold', () => {
    fc.assert(
      fc.property(classNames, (name) => {
        const text = literal(name)
        expect(rendered(text)).toBe(name)
        expect(text.replace(/&#\d+;/g, '')).not.toMatch(/[&<>\\`*_{}[\]()#!|~:@\n]/)
      }),
      { numRuns: 2000 },
    )
  })

  it('never change the number of columns', () => {
    fc.assert(
      fc.property(fc.array(classNames, { minLength: 1, maxLength: 5 }), (names) => {
        const lines = table(
          ['label', 'count'],
          names.map((name) => [literal(name), '1']),
        ).split('\n')
        expect(lines).toHaveLength(names.length + 2)
        for (const line of lines) expect(line.split('|')).toHaveLength(4)
      }),
      { numRuns: 500 },
    )
  })
})
