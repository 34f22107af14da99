import type { WritableDb } from '../database/handles.ts'
import { noteChange, totalChanges } from '../database/note-change.ts'
import {
  insertFound,
  isLabelled,
  type KnownImage,
  type ReadFile,
  setBack,
  setMissing,
  settleAll,
  takeOver,
  updateFound,
} from './import-repository.ts'
import { matchMoves, type Move, type NewFile } from './match-moves.ts'
import { readPredictor } from './model-classes.ts'
import { refreshPredictions } from './refresh-predictions.ts'

/** What an import found out, once every file has been read. */
export interface ImportFindings {
  /** As the catalog was before. */
  readonly known: readonly KnownImage[]
  /** Images whose file is at its path and holds what it did. */
  readonly seenIds: ReadonlySet<number>
  /** Rows that were added since, for files at paths that were not known. */
  readonly added: readonly (NewFile & { readonly id: number })[]
  /** Files at known paths that hold something else by now, by the id of the row that stood for them. */
  readonly changed: ReadonlyMap<number, ReadFile>
}

export interface Settlement {
  readonly added: number
  readonly changed: number
  readonly moved: number
}

/** Its `id` is that of the row that was added for it or, where it was read, of the image whose path it has taken. */
interface UnclaimedFile extends NewFile {
  readonly id: number
  readonly read: ReadFile | null
}

/**
 * Ends an import: an image whose file has moved, or swapped its name with another, goes where its content is and keeps
 * its label; what is found nowhere becomes missing; a file that was edited in place stays the image that it was.
 */
export function settleImport(tx: WritableDb, findings: ImportFindings): Settlement {
  const { known, seenIds, changed } = findings
  const changesBefore = totalChanges(tx)
  const moves = findMoves(tx, findings)
  const movedIds = new Set(moves.map(({ image }) => image.id))
  const claimedIds = new Set(moves.map(({ file }) => file.id))

  // A displaced image has gone elsewhere, or another one has come to its path, or both.
  const displaced = [...changed].filter(([id]) => movedIds.has(id) || claimedIds.has(id))
  // Frees all paths first, so that images can also change places with each other.
  for (const [id] of displaced) setMissing(tx, id)
  for (const move of moves) follow(tx, move)
  const newcomers = displaced.filter(([id]) => !claimedIds.has(id))
  for (const [, read] of newcomers) insertFound(tx, read)
  const edited = [...changed].filter(([id]) => !movedIds.has(id) && !claimedIds.has(id))
  for (const [id, read] of edited) updateFound(tx, id, read)

  for (const { id, state } of known) {
    if (seenIds.has(id)) {
      if (state === 'missing') setBack(tx, id)
    } else if (state !== 'missing' && !movedIds.has(id) && !changed.has(id)) {
      setMissing(tx, id)
    }
  }
  settleAll(tx)
  // Every opening of a project imports, and mostly finds nothing new.
  if (totalChanges(tx) > changesBefore) {
    if (readPredictor(tx) !== null) refreshPredictions(tx, null)
    noteChange(tx, { what: ['images'], imageIds: null })
  }
  return {
    added: findings.added.filter(({ id }) => !claimedIds.has(id)).length + newcomers.length,
    changed: edited.length,
    moved: moves.length,
  }
}

function findMoves(tx: WritableDb, { known, seenIds, added, changed }: ImportFindings): Move<UnclaimedFile>[] {
  const isSeen = ({ id }: KnownImage) => seenIds.has(id)
  // Also those that an interrupted import had added: their content may have been known under another path.
  const unsettled = known.filter((image) => image.isUnsettled && isSeen(image))
  const files = [
    ...[...added, ...unsettled].map((file): UnclaimedFile => ({ ...file, read: null })),
    ...[...changed].map(([id, read]): UnclaimedFile => {
      const { sizeBytes, contentHash } = read.examination
      return { id, path: read.path, sizeBytes, contentHash, read }
    }),
  ]
  // A row that an interrupted import had added says nothing yet that another does not say as well.
  const lost = known.filter((image) => !isSeen(image) && (!image.isUnsettled || isLabelled(tx, image.id)))
  return matchMoves(lost, files).filter(({ file }) => file.read !== null || !isLabelled(tx, file.id))
}

function follow(tx: WritableDb, { image, file }: Move<UnclaimedFile>): void {
  if (file.read === null) takeOver(tx, image.id, file.id)
  else updateFound(tx, image.id, file.read)
}
