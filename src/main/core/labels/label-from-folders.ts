import { ClassName } from '../../../shared/domain/label.ts'
import type { Split } from '../../../shared/domain/split.ts'
import { readFolderLayout } from '../catalog/folder-layout.ts'
import { setSplit } from '../catalog/import-repository.ts'
import type { SkippedEntry } from '../catalog/walk.ts'
import type { WritableDb } from '../database/handles.ts'
import { noteChange } from '../database/note-change.ts'
import type { LabelChange } from './change.ts'
import { nextClassId, readClasses } from './class-repository.ts'
import { recordEdit } from './edit-history.ts'
import { newClasses } from './new-classes.ts'

interface PresentImage {
  readonly id: number
  readonly path: string
  readonly split: Split | null
  readonly classId: number | null
  readonly origin: string | null
  /** 1 where the image can be used and its folder has not been offered as its class yet. */
  readonly isWaiting: 0 | 1
}

export interface LabelledFromFolders {
  readonly labelled: number
  /** Folders whose names cannot be class names. */
  readonly skipped: readonly SkippedEntry[]
}

/**
 * Gives each image the split and, once in its life, the class that its folders name, as one edit. An image that has a
 * label keeps it; one whose label was taken away, or undone, does not get it back.
 */
export function labelFromFolders(tx: WritableDb, atMs: number): LabelledFromFolders {
  const images = tx
    .prepare<PresentImage>(
      `SELECT id, path, split, class_id AS classId, label_origin AS origin,
         (state = 'readable' AND NOT is_folder_offered) AS isWaiting
       FROM image WHERE state <> 'missing' ORDER BY path`,
    )
    .all()
  const meaningOf = readFolderLayout(images.map(({ path }) => path))
  const idsByName = new Map<string, number[]>()
  const offeredIds: number[] = []
  const classesOfFolder = new Map<string, Set<number>>()
  const skipped = new Map<string, SkippedEntry>()
  let splitsChanged = false
  for (const { id, path, split, classId, origin, isWaiting } of images) {
    const meaning = meaningOf(path)
    if (meaning.split !== split) {
      setSplit(tx, id, meaning.split)
      splitsChanged = true
    }
    if (meaning.className === null) continue
    const name = ClassName.safeParse(meaning.className)
    if (!name.success) {
      skipped.set(meaning.className, refusalOf(meaning.className, name.error.issues[0]?.message))
      continue
    }
    if (classId !== null && origin === 'folder') {
      classesOfFolder.set(name.data, (classesOfFolder.get(name.data) ?? new Set()).add(classId))
    }
    if (isWaiting === 0) continue
    offeredIds.push(id)
    if (classId !== null) continue
    const ids = idsByName.get(name.data)
    if (ids === undefined) idsByName.set(name.data, [id])
    else ids.push(id)
  }
  if (splitsChanged) noteChange(tx, { what: ['images'], imageIds: null })
  tx.prepare('UPDATE image SET is_folder_offered = 1 WHERE id IN (SELECT value FROM json_each(?))').run(
    JSON.stringify(offeredIds),
  )

  const labelled = [...idsByName.values()].reduce((count, ids) => count + ids.length, 0)
  const existing = readClasses(tx)
  const classIds = new Map(existing.map(({ id, name }) => [name, id]))
  for (const [name, ids] of classesOfFolder) {
    // The class of this folder was renamed or merged: its new images follow.
    const [id] = ids
    if (id !== undefined && ids.size === 1) classIds.set(name, id)
  }
  const made = newClasses(
    sorted([...idsByName.keys()].filter((name) => !classIds.has(name))),
    existing,
    nextClassId(tx),
  )
  for (const { id, name } of made) classIds.set(name, id)
  recordEdit(tx, {
    description: `label ${labelled} ${labelled === 1 ? 'image' : 'images'} from folders`,
    atMs,
    change: {
      classes: made.map((after) => ({ before: null, after })),
      labels: [...idsByName].flatMap(([name, imageIds]): LabelChange[] => {
        const classId = classIds.get(name)
        if (classId === undefined) return []
        return [{ before: null, after: { classId, origin: 'folder', who: '', assignedAtMs: atMs }, imageIds }]
      }),
    },
  })
  return { labelled, skipped: [...skipped.values()] }
}

function refusalOf(folderName: string, problem: string | undefined): SkippedEntry {
  const why = problem ?? 'it cannot be the name of a class'
  return { path: folderName, reason: `its images have no label: as the name of a class, ${why}` }
}

/** As people count: "2" before "10". */
function sorted(names: readonly string[]): string[] {
  return [...names].sort(new Intl.Collator('en', { numeric: true }).compare)
}
