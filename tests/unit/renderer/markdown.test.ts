import { describe, expect, it } from 'vitest'
import { parseMarkdown, type Block, type Inline } from '../../../src/renderer/export/markdown.ts'
import { literal, table } from '../../../src/trainer/exporters/markdown.ts'

const textOf = (content: readonly Inline[]) => content.map(({ text }) => text).join('')

function paragraph(source: string): readonly Inline[] {
  const [block] = parseMarkdown(source)
  if (block?.kind !== 'paragraph') throw new Error(`not a paragraph: ${JSON.stringify(block)}`)
  return block.content
}

function tableIn(source: string): Extract<Block, { kind: 'table' }> {
  const [block] = parseMarkdown(source)
  if (block?.kind !== 'table') throw new Error(`not a table: ${JSON.stringify(block)}`)
  return block
}

describe('parseMarkdown', () => {
  it('tells blocks apart', () => {
    const blocks = parseMarkdown(
      '# Title\n\nOne line\nand its end.\n\n- first\n  goes on\n- second\n\n```\na | b\n# c\n```\n',
    )
    expect(blocks.map(({ kind }) => kind)).toEqual(['heading', 'paragraph', 'list', 'code'])
    expect(blocks[1]).toEqual({ kind: 'paragraph', content: [{ kind: 'text', text: 'One line and its end.' }] })
    expect(blocks[2]).toEqual({
      kind: 'list',
      items: [[{ kind: 'text', text: 'first goes on' }], [{ kind: 'text', text: 'second' }]],
    })
    expect(blocks[3]).toEqual({ kind: 'code', text: 'a | b\n# c' })
  })

  it('knows strong text and code', () => {
    expect(paragraph('Accuracy **93.5 %** (see `parity.json`).')).toEqual([
      { kind: 'text', text: 'Accuracy ' },
      { kind: 'strong', text: '93.5 %' },
      { kind: 'text', text: ' (see ' },
      { kind: 'code', text: 'parity.json' },
      { kind: 'text', text: ').' },
    ])
  })

  it('reads tables, figures to the right', () => {
    const { head, rows } = tableIn(table(['class', 'images'], [['bun', '12']]))
    expect(head.map(({ content, isFigure }) => [textOf(content), isFigure])).toEqual([
      ['class', false],
      ['images', true],
    ])
    expect(rows.map((row) => row.map(({ content }) => textOf(content)))).toEqual([['bun', '12']])
  })

  it.each([
    'hot | dog',
    '**not strong** and `not code`',
    '<img src=x onerror=alert(1)>',
    '[a link](javascript:alert(1))',
    '# no heading',
    '- no list',
    '1. no list',
    '```',
    '~~gone~~ @someone www.example.org &amp;',
    '热狗',
  ])('shows the class name %j as it is, in text and in a table', (name) => {
    expect(textOf(paragraph(literal(name)))).toBe(name)
    expect(paragraph(literal(name)).every(({ kind }) => kind === 'text')).toBe(true)
    const [row = []] = tableIn(table(['class', 'images'], [[literal(name), '1']])).rows
    expect(row.map(({ content }) => textOf(content))).toEqual([name, '1'])
  })

  it('leaves tags and links as text', () => {
    expect(textOf(paragraph('<b>bold</b> [x](y) &lt; &#0; &#9999999;'))).toBe('<b>bold</b> [x](y) &lt; &#0; &#9999999;')
  })

  it('ends whatever it is given', () => {
    for (const source of ['', '```', '|', '||', '|a|', '-', '- ', '#', '**', '`', '|a|\n|-', '\n \n'])
      expect(() => parseMarkdown(source)).not.toThrow()
  })
})
