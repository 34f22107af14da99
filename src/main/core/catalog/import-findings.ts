import type { Examination } from '../../../shared/contract/imaging.ts'
import type { WritableDb } from '../database/handles.ts'
import type { Examined } from './examine-files.ts'
import { noteChange } from '../database/note-change.ts'
import { readPredictor } from './model-classes.ts'
import { refreshPredictions } from './refresh-predictions.ts'
import { insertFound, type KnownImage, type ReadFile, updateFound } from './import-repository.ts'
import type { NewFile } from './match-moves.ts'
import type { ImportFindings } from './settle-import.ts'
import type { FoundFile } from './walk.ts'

/** Reasons that may have gone away although neither size nor time of the file shows it. */
const passingReasons: ReadonlySet<string> = new Set(['no-permission', 'changed-while-reading', 'not-a-file'])

export interface CollectedFindings extends ImportFindings {
  /** Notes that a file was found; true where it is as the catalog has it, so that it need not be read. */
  isUnchanged(file: FoundFile): boolean
  /** Stores what was read, except for known paths with other content: what that means shows only at the end. */
  store(tx: WritableDb, read: readonly Examined[]): void
}

/** Compares what an import finds with what the catalog had before. */
export function createFindings(known: readonly KnownImage[]): CollectedFindings {
  const byPath = new Map<string, KnownImage>()
  for (const image of known) {
    // A missing image may have had a path that another one has by now.
    if (image.state !== 'missing' || !byPath.has(image.path)) byPath.set(image.path, image)
  }
  const seenIds = new Set<number>()
  const added: (NewFile & { readonly id: number })[] = []
  const changed = new Map<number, ReadFile>()

  return {
    known,
    seenIds,
    added,
    changed,
    isUnchanged(file) {
      const image = byPath.get(file.path)
      if (image === undefined || !looksLike(image, file)) return false
      if (image.unreadableReason !== null && passingReasons.has(image.unreadableReason)) return false
      seenIds.add(image.id)
      return true
    },
    store(tx, read) {
      const imageIds: number[] = []
      for (const { found, examination: answer } of read) {
        const { path, changedAtMs } = found
        const examination = withLookOf(found, answer)
        const file = { path, changedAtMs, examination }
        const image = byPath.get(path)
        if (image !== undefined && isSameAs(image, examination)) {
          updateFound(tx, image.id, file)
          seenIds.add(image.id)
          imageIds.push(image.id)
        } else if (image !== undefined && image.state !== 'missing') {
          changed.set(image.id, file)
        } else {
          const { sizeBytes, contentHash } = examination
          const id = insertFound(tx, file)
          added.push({ id, path, sizeBytes, contentHash })
          imageIds.push(id)
        }
      }
      // A file that was missing and is back has what was said of it back too.
      if (readPredictor(tx) !== null) refreshPredictions(tx, imageIds)
      if (imageIds.length > 0) noteChange(tx, { what: ['images'], imageIds })
    },
  }
}

function looksLike(image: KnownImage, file: FoundFile): boolean {
  return (
    image.sizeBytes === file.sizeBytes &&
    image.modifiedAtMs === file.modifiedAtMs &&
    image.changedAtMs === file.changedAtMs
  )
}

function isSameAs(image: KnownImage, examination: Examination): boolean {
  if (image.contentHash !== examination.contentHash) return false
  if (image.contentHash !== null) return true
  return examination.state === 'unreadable' && image.unreadableReason === examination.reason
}

/** Where a file could not even be opened, what the folder said of it tells whether it has changed since. */
function withLookOf({ sizeBytes, modifiedAtMs }: FoundFile, examination: Examination): Examination {
  if (examination.state === 'readable' || examination.modifiedAtMs !== 0) return examination
  return { ...examination, sizeBytes, modifiedAtMs }
}
