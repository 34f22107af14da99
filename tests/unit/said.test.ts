import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { listSources } from '../../scripts/list-sources.ts'
import { said, templateOf } from '../../src/shared/said.ts'

const root = join(import.meta.dirname, '../..')
const catalogues = join(root, 'resources/locales/said')

test('said gives the English text, in one line however it is broken in the source', () => {
  const file = 'a\n b.png'
  expect(said`There is no ${file}. Found ${2}
    others.`).toBe('There is no a\n b.png. Found 2 others.')
  expect(templateOf(['There is no ', '. Found ', '\n    others.'])).toBe('There is no {0}. Found {1} others.')
})

/** The terminal speaks English; everything else that is said can reach the page. */
const sources = listSources(root, ['src'], ['.ts']).filter((file) => !file.startsWith('src/main/cli/'))

function readTree(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest, true)
}

/** The templates of a file, in their order. */
function templatesIn(file: string): string[] {
  const tree = readTree(file)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'said') found.push(templateOf(partsOf(node)))
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function partsOf({ template }: ts.TaggedTemplateExpression): string[] {
  return ts.isNoSubstitutionTemplateLiteral(template)
    ? [template.text]
    : [template.head.text, ...template.templateSpans.map(({ literal }) => literal.text)]
}

/** The untagged texts of several words where a message is made: `message` of an event or a row, `cure` of a device. */
function untaggedIn(file: string): string[] {
  const tree = readTree(file)
  const found: string[] = []
  const visit = (node: ts.Node, isMessage: boolean): void => {
    if (ts.isTaggedTemplateExpression(node) || (isMessage && ts.isCallExpression(node))) return
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
    if (isMessage && isText && node.getText().includes(' ')) found.push(`${file}: ${node.getText()}`)
    const isHere =
      (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && /^(message|cure)$/.test(node.name.getText())
    ts.forEachChild(node, (child) => visit(child, isMessage || isHere))
  }
  visit(tree, false)
  return found
}

test('every message is marked', () => {
  expect(sources.flatMap(untaggedIn)).toEqual([])
})

/** Of holes, spaces and full stops alone: texts put one after the other, which are looked up one by one. */
const isPlain = (template: string): boolean => /^(\{\d+\}[\s.]*)+$/.test(template)

const holesOf = (text: string): string[] => [...text.matchAll(/\{\d+/g)].map(([hole]) => hole).sort()

describe.each(readdirSync(catalogues))('what core says, in %s', (name) => {
  const catalogue = JSON.parse(readFileSync(join(catalogues, name), 'utf8')) as Readonly<Record<string, string>>
  const templates = new Set(sources.flatMap(templatesIn).filter((template) => !isPlain(template)))

  test('misses no text', () => {
    expect([...templates].filter((template) => !Object.hasOwn(catalogue, template))).toEqual([])
  })

  test('holds none that nobody says', () => {
    expect(Object.keys(catalogue).filter((template) => !templates.has(template))).toEqual([])
  })

  test('leaves no hole out', () => {
    for (const [template, translation] of Object.entries(catalogue)) {
      expect([...new Set(holesOf(translation))], template).toEqual(holesOf(template))
      expect(translation.trim(), template).not.toBe('')
    }
  })
})
