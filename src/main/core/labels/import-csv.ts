import { basename, resolve } from 'node:path'
import type { CsvImportResult } from '../../../shared/contract/labels.ts'
import { findByPath } from '../catalog/select-images.ts'
import { type ReadableDb, transaction, type WritableDb, type Writer } from '../database/handles.ts'
import { groupLabelChanges, type StoredLabel } from './change.ts'
import { nextClassId, readClasses } from './class-repository.ts'
import { recordEdit } from './edit-history.ts'
import { readLabels } from './label-repository.ts'
import { newClasses } from './new-classes.ts'
import { type BadLine, type LabelLine, readLabelCsv } from './read-label-csv.ts'

interface Wish {
  readonly line: number
  readonly className: string | null
}

/**
 * Labels images from a CSV file as one edit, or not at all where a single line is bad. Classes that do not exist are
 * made; an empty class takes the label away; a label that says the same already stays whose it was. The same line
 * twice is harmless, two classes for one image are not. Errors: those of `readLabelCsv`.
 */
export function importCsv(writer: Writer, file: string, atMs: number): CsvImportResult {
  const path = resolve(file)
  const csv = readLabelCsv(path)
  return transaction(writer, (tx) => {
    const { wishes, badLines } = resolveLines(tx, csv.lines)
    const bad = [...csv.badLines, ...badLines].sort((a, b) => a.line - b.line)
    if (bad.length > 0) return { labelled: 0, unchanged: 0, badLines: bad }
    const labelled = applyWishes(tx, wishes, { who: basename(path), atMs })
    return { labelled, unchanged: wishes.size - labelled, badLines: [] }
  })
}

function resolveLines(db: ReadableDb, lines: readonly LabelLine[]) {
  const wishes = new Map<number, Wish>()
  const badLines: BadLine[] = []
  for (const { line, paths, className } of lines) {
    const imageId = findAny(db, paths)
    const earlier = imageId === null ? undefined : wishes.get(imageId)
    if (imageId === null) badLines.push({ line, problem: `the catalog does not know ${paths.at(-1) ?? ''}` })
    else if (earlier === undefined) wishes.set(imageId, { line, className })
    else if (earlier.className !== className) {
      badLines.push({ line, problem: `line ${earlier.line} gives the same image another class` })
    }
  }
  return { wishes, badLines }
}

/** A path may have been written on Windows or begin with `./`. */
function findAny(db: ReadableDb, paths: readonly string[]): number | null {
  for (const path of [...paths, ...paths.map((written) => written.replaceAll('\\', '/').replace(/^(\.\/)+/, ''))]) {
    const id = findByPath(db, path)
    if (id !== null) return id
  }
  return null
}

function applyWishes(
  tx: WritableDb,
  wishes: ReadonlyMap<number, Wish>,
  { who, atMs }: { readonly who: string; readonly atMs: number },
): number {
  const existing = readClasses(tx)
  const known = new Set(existing.map(({ name }) => name))
  const names = [...new Set([...wishes.values()].flatMap(({ className }) => className ?? []))]
  const made = newClasses(
    names.filter((name) => !known.has(name)),
    existing,
    nextClassId(tx),
  )
  const classIds = new Map([...existing, ...made].map(({ id, name }) => [name, id]))
  const labels = groupLabelChanges(
    readLabels(tx, [...wishes.keys()]).flatMap(({ imageId, label }) => {
      const classId = classIds.get(wishes.get(imageId)?.className ?? '')
      if (classId === label?.classId) return []
      const after: StoredLabel | null =
        classId === undefined ? null : { classId, origin: 'csv', who, assignedAtMs: atMs }
      return [{ imageId, before: label, after }]
    }),
  )
  const edit = recordEdit(tx, {
    description: `label images from ${who}`,
    atMs,
    change: { classes: made.map((after) => ({ before: null, after })), labels },
  })
  return edit.imageCount
}
