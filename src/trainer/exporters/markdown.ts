/** Characters that mean something anywhere, those that do at the start of a line, and what would become a link. */
const special = /[&<>\\`*_{}[\]()#!|~:@]|^[-+=]|(?<=^\d+)\.|(?<=www)\./gi

/**
 * Any text as literal Markdown: what a class is called must show as it is, and never become a link, a tag, a table or
 * a heading.
 */
export function literal(text: string): string {
  return text.replace(special, (character) => `&#${String(character.charCodeAt(0))};`)
}

/** A table; the first column is text, the others are figures. Cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}

/** A ratio in per cent, or a dash. */
export function percent(ratio: number | null): string {
  return ratio === null ? '–' : `${(ratio * 100).toFixed(1)} %`
}
