/** Text in a line: plain, strong, or code. */
export interface Inline {
  readonly kind: 'text' | 'strong' | 'code'
  readonly text: string
}

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly content: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly head: readonly TableCell[]; readonly rows: readonly (readonly TableCell[])[] }

export interface TableCell {
  readonly content: readonly Inline[]
  readonly isFigure: boolean
}

const fence = /^```/
const heading = /^(#{1,6}) +(.*)$/
const listItem = /^- +(.*)$/
const tableLine = /^\|.*\|\s*$/

/**
 * The Markdown that model cards are written in: headings, paragraphs, lists, tables, code, strong text and numbered
 * entities. Everything else stays the text it is, tags and links too, so that nothing in a card can act.
 */
export function parseMarkdown(source: string): Block[] {
  const lines = source.split(/\r?\n/)
  const blocks: Block[] = []
  let index = 0
  const takeWhile = (isMore: (line: string) => boolean) => {
    const from = index
    while (index < lines.length && isMore(lines[index] ?? '')) index += 1
    return lines.slice(from, index)
  }
  while (index < lines.length) {
    const line = lines[index] ?? ''
    const found = heading.exec(line)
    if (line.trim() === '') index += 1
    else if (found !== null) {
      index += 1
      blocks.push({ kind: 'heading', level: found[1]?.length ?? 1, content: parseInline(found[2] ?? '') })
    } else if (fence.test(line)) {
      index += 1
      const text = takeWhile((more) => !fence.test(more)).join('\n')
      index += 1
      blocks.push({ kind: 'code', text })
    } else if (listItem.test(line)) {
      blocks.push({ kind: 'list', items: listItems(takeWhile((more) => listItem.test(more) || /^ +\S/.test(more))) })
    } else if (tableLine.test(line)) {
      blocks.push(tableOf(takeWhile((more) => tableLine.test(more))))
    } else {
      const text = takeWhile((more) => more.trim() !== '' && !isBlockStart(more)).join(' ')
      blocks.push({ kind: 'paragraph', content: parseInline(text) })
    }
  }
  return blocks
}

function isBlockStart(line: string): boolean {
  return [fence, heading, listItem, tableLine].some((start) => start.test(line))
}

/** Lines that are set in belong to the item above them. */
function listItems(lines: readonly string[]): Inline[][] {
  const items: string[] = []
  for (const line of lines) {
    const text = listItem.exec(line)?.[1]
    if (text !== undefined) items.push(text)
    else items[items.length - 1] += ` ${line.trim()}`
  }
  return items.map(parseInline)
}

function tableOf(lines: readonly string[]): Block {
  const cellsOf = (line: string) => line.trim().replace(/^\|/, '').replace(/\|$/, '').split('|')
  const [head = [], rule = [], ...rows] = lines.map(cellsOf)
  const isRule = rule.length > 0 && rule.every((cell) => /^\s*:?-+:?\s*$/.test(cell))
  const cells = (texts: readonly string[]) =>
    texts.map((text, column) => ({
      content: parseInline(text.trim()),
      isFigure: isRule && (rule[column] ?? '').trim().endsWith(':'),
    }))
  return { kind: 'table', head: cells(head), rows: (isRule ? rows : [rule, ...rows]).filter(hasCells).map(cells) }
}

function hasCells(row: readonly string[]): boolean {
  return row.length > 0
}

function parseInline(text: string): Inline[] {
  return text
    .split(/(`[^`]*`|\*\*.+?\*\*)/)
    .filter((part) => part !== '')
    .map((part) => {
      if (/^`[^`]*`$/.test(part)) return { kind: 'code', text: part.slice(1, -1) }
      if (/^\*\*.+\*\*$/.test(part)) return { kind: 'strong', text: decodeEntities(part.slice(2, -2)) }
      return { kind: 'text', text: decodeEntities(part) }
    })
}

function decodeEntities(text: string): string {
  return text.replace(/&#(\d{1,6});/g, (entity, digits: string) => {
    const code = Number(digits)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity
  })
}
