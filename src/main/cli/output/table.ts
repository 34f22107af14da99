import { displayWidth, printable } from './printable.ts'

export interface Column {
  readonly title: string
  /** Numbers stand right; default left. */
  readonly align?: 'left' | 'right'
}

/** Rows under their titles, aligned; null is an empty cell. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly (string | null)[])[]): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map((cell) => printable(cell ?? '')))]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index] ?? ''))))
  return cells.map((row) =>
    columns
      .map(({ align }, index) => pad(row[index] ?? '', widths[index] ?? 0, align ?? 'left'))
      .join('  ')
      .trimEnd(),
  )
}

/** A list of names and values, the values under each other. */
export function formatPairs(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => displayWidth(name)))
  return pairs.map(([name, value]) => `${pad(name, width, 'left')}  ${printable(value)}`)
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + spaces : spaces + text
}
