import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listSources } from '../../scripts/list-sources.ts'

const root = join(import.meta.dirname, '../..')
const locales = join(root, 'resources/locales')
const parts = readdirSync(join(locales, 'en')).sort()

interface Variants {
  readonly declarations: readonly string[]
  readonly match: Readonly<Record<string, string>>
}
type Text = string | readonly Variants[]

function read(locale: string, part: string): Readonly<Record<string, Text>> {
  return JSON.parse(readFileSync(join(locales, locale, part), 'utf8')) as Record<string, Text>
}

/** The sentences of a text, of which a plural has several. */
const sentencesOf = (text: Text): readonly string[] =>
  typeof text === 'string' ? [text] : text.flatMap(({ match }) => Object.values(match))

const placeholdersOf = (sentences: string): string[] =>
  [...new Set([...sentences.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort()

const inputsOf = (text: Text): string[] =>
  typeof text === 'string'
    ? []
    : text
        .flatMap(({ declarations }) => declarations)
        .filter((line) => /^input /.test(line))
        .sort()

describe('the catalogues', () => {
  test('are those that the compiler is told of', () => {
    const settings = readFileSync(join(locales, 'project.inlang/settings.json'), 'utf8')
    expect(parts.filter((part) => !settings.includes(`./{locale}/${part}`))).toEqual([])
    expect(readdirSync(join(locales, 'zh-CN')).sort()).toEqual(parts)
  })

  test.each(parts)('%s says the same in both languages', (part) => {
    const english = read('en', part)
    const chinese = read('zh-CN', part)
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort())
    for (const [key, text] of Object.entries(english)) {
      const other = chinese[key] ?? ''
      expect(inputsOf(other), key).toEqual(inputsOf(text))
      // Of several sentences one may do without a figure, such as that for one image.
      expect(placeholdersOf(sentencesOf(other).join('\n')), key).toEqual(placeholdersOf(sentencesOf(text).join('\n')))
      for (const sentence of [...sentencesOf(text), ...sentencesOf(other)]) expect(sentence.trim(), key).not.toBe('')
    }
  })

  test.each(parts)('%s has its own prefix', (part) => {
    const prefix = part.replace('.json', '_')
    expect(Object.keys(read('en', part)).filter((key) => !key.startsWith(prefix))).toEqual([])
  })

  test('hold nothing that no view shows', () => {
    const used = new Set(
      listSources(root, ['src/renderer'], ['.ts', '.svelte'])
        .filter((file) => !file.startsWith('src/renderer/messages/'))
        .flatMap((file) =>
          [...readFileSync(join(root, file), 'utf8').matchAll(/\bm\s*\.(\w+)/g)].map(([, key]) => key),
        ),
    )
    const unused = parts.flatMap((part) => Object.keys(read('en', part))).filter((key) => !used.has(key))
    expect(unused).toEqual([])
  })
})
