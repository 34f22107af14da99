import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { ClassName } from '../../../shared/domain/label.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { hasErrorCode } from '../database/error-code.ts'
import { fromCsvCell } from './csv-cell.ts'

export interface LabelLine {
  /** Of the file, from 1; of several, the first. */
  readonly line: number
  /** As written, and with an apostrophe in front of a formula taken away. */
  readonly paths: readonly string[]
  /** Null where the cell is empty: the label is taken away. */
  readonly className: string | null
}

export interface BadLine {
  readonly line: number
  readonly problem: string
}

export interface LabelCsv {
  readonly lines: readonly LabelLine[]
  readonly badLines: readonly BadLine[]
}

const pathHeaders: ReadonlySet<string> = new Set(['path', 'file', 'filename', 'image'])
const classHeaders: ReadonlySet<string> = new Set(['class', 'label'])

/**
 * Reads `path,class` lines, UTF-8 with or without a mark, or UTF-16 with one, whatever their line ends. A first line
 * that names a path and a class column says where they are; without one there are exactly two columns, in that order.
 * Errors: not-found, no-permission, bad-file where it is not text.
 */
export function readLabelCsv(file: string): LabelCsv {
  const records = parseRecords(readText(file))
  const badLines: BadLine[] = []
  const lines: LabelLine[] = []
  const columns = columnsOf(records[0])
  for (const record of columns === null ? records : records.slice(1)) {
    if ('problem' in record) badLines.push(record)
    else if (columns === null && record.cells.length !== 2) {
      badLines.push({ line: record.line, problem: `expected path,class but found ${record.cells.length} columns` })
    } else {
      const read = readLine(record, columns ?? { path: 0, class: 1 })
      if ('problem' in read) badLines.push(read)
      else lines.push(read)
    }
  }
  return { lines, badLines }
}

interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

interface Columns {
  readonly path: number
  readonly class: number
}

function readLine({ line, cells }: CsvRecord, columns: Columns): LabelLine | BadLine {
  const [path, name] = [cells[columns.path], cells[columns.class]]
  if (path === undefined || name === undefined) return { line, problem: 'the line ends too early' }
  if (path === '') return { line, problem: 'the path is empty' }
  const paths = [...new Set([fromCsvCell(path), path])]
  if (name.trim() === '') return { line, paths, className: null }
  const className = ClassName.safeParse(fromCsvCell(name))
  if (!className.success) return { line, problem: className.error.issues[0]?.message ?? 'not the name of a class' }
  return { line, paths, className: className.data }
}

function columnsOf(first: CsvRecord | BadLine | undefined): Columns | null {
  if (first === undefined || 'problem' in first) return null
  const names = first.cells.map((cell) => cell.trim().toLowerCase())
  const found = {
    path: names.findIndex((name) => pathHeaders.has(name)),
    class: names.findIndex((name) => classHeaders.has(name)),
  }
  return found.path < 0 || found.class < 0 ? null : found
}

/** What the parser answers for each record when it is asked for `raw` and `info`. */
interface ParsedRecord {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: { readonly lines: number }
}

function parseRecords(text: string): (CsvRecord | BadLine)[] {
  const broken: BadLine[] = []
  const parsed: unknown = parse(text, {
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      broken.push({ line: lineOf(error), problem: 'its quotes do not end' })
      return undefined
    },
    raw: true,
    info: true,
  })
  // The types of the parser do not follow its options.
  const records = (parsed as ParsedRecord[]).map(({ record, raw, info }) => {
    // The raw text begins with the empty lines before it.
    return { line: info.lines - countLineEnds(raw.trim()), cells: record }
  })
  return [...records, ...broken].sort((a, b) => a.line - b.line)
}

function lineOf(error: unknown): number {
  const line: unknown = error instanceof Error ? Reflect.get(error, 'lines') : undefined
  return typeof line === 'number' ? line : 1
}

function countLineEnds(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0
}

function readText(file: string): string {
  const bytes = readBytes(file)
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (thrown) {
    throw new AppError('bad-file', said`${file} is not text in UTF-8. Save it as "CSV UTF-8".`, { cause: thrown })
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (thrown) {
    if (hasErrorCode(thrown, 'ENOENT', 'ENOTDIR')) throw new AppError('not-found', said`There is no file ${file}.`)
    if (hasErrorCode(thrown, 'EACCES', 'EPERM')) throw new AppError('no-permission', said`${file} may not be read.`)
    throw new AppError('bad-file', said`${file} cannot be read.`, { cause: thrown })
  }
}
