import { toCsvCell } from '../../core/labels/csv-cell.ts'

/** One line of CSV as RFC 4180 has it, its end included; text that a spreadsheet would compute is marked as text. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  const quoted = cells.map((cell) => {
    const text = typeof cell === 'string' ? toCsvCell(cell) : String(cell ?? '')
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${quoted.join(',')}\r\n`
}
