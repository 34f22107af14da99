/**
 * Spreadsheets compute cells that begin like a formula, and names come from whoever made the images. Such a cell is
 * written with an apostrophe in front, which reading takes away again. Plain numbers stay as they are: -1 is a class.
 */
const formula = /^'*(?:[=@\t\r]|[+-](?!\d+(?:[.,]\d+)?$))/

export function toCsvCell(text: string): string {
  return formula.test(text) ? `'${text}` : text
}

export function fromCsvCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell
}
