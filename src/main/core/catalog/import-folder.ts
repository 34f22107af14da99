import { availableParallelism } from 'node:os'
import type { ImportEvent, ImportSummary } from '../../../shared/contract/catalog.ts'
import type { Examination } from '../../../shared/contract/imaging.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import { labelFromFolders } from '../labels/label-from-folders.ts'
import { countImages } from './count-images.ts'
import { type Examined, examineFiles, type ImagingProcess } from './examine-files.ts'
import { createFindings } from './import-findings.ts'
import { readKnownImages } from './import-repository.ts'
import { createProgress } from './import-progress.ts'
import { settleImport } from './settle-import.ts'
import { createThumbnailStore, type Thumbnail, thumbnailPx } from './thumbnail-store.ts'
import { type FoundFile, type SkippedEntry, walkImages } from './walk.ts'

export interface ImportWorld {
  readonly openImaging: () => ImagingProcess
  now(): number
  readonly fileTimeLimitMs?: number
}

export interface ImportOptions {
  readonly labelsFromFolders: boolean
  readonly signal: AbortSignal
}

/** Beyond what the decoder itself allows, so that it is reached only when the decoder hangs. */
const defaultFileTimeLimitMs = 30_000
/** What is read is stored together so often; at most this is read again after a crash. */
const batchSize = 64
const batchMs = 1_000

/**
 * Brings the catalog of a project up to date with its folder: finds the files, reads those that are new or whose size
 * or time differ, follows those that have moved, and labels from folders. What has been read is stored as it goes, so
 * that an import that was interrupted goes on where it was. Errors: cancelled, disk-full, not-found, process-died.
 */
export async function* importFolder(
  project: OpenProject,
  world: ImportWorld,
  options: ImportOptions,
): AsyncGenerator<ImportEvent, void> {
  const startedAtMs = world.now()
  const progress = createProgress()
  const findings = createFindings(readKnownImages(project.reader))
  const skipped: SkippedEntry[] = []
  const toRead: FoundFile[] = []
  let found = 0

  const walk = walkImages(project.imageFolder, { excludedFolders: [project.projectFolder], signal: options.signal })
  for await (const entries of walk) {
    skipped.push(...entries.skipped)
    found += entries.found.length
    toRead.push(...entries.found.filter((file) => !findings.isUnchanged(file)))
    if (progress.isDue()) yield { kind: 'walking', found }
  }
  yield { kind: 'walking', found }

  yield* readFiles(toRead)
  if (options.signal.aborted) {
    throw new AppError(
      'cancelled',
      said`The import was stopped. What was read stays; the next import goes on from there.`,
    )
  }
  const settlement = transaction(project.writer, (tx) => settleImport(tx, findings))
  const labels = options.labelsFromFolders
    ? transaction(project.writer, (tx) => labelFromFolders(tx, world.now()))
    : { labelled: 0, skipped: [] }
  yield { kind: 'finished', summary: summarise() }

  async function* readFiles(files: readonly FoundFile[]): AsyncGenerator<ImportEvent, void> {
    if (files.length === 0) return
    const thumbnails = createThumbnailStore(project.layout.thumbnailsFile)
    let batch: Examined[] = []
    let done = 0
    let storedAtMs = performance.now()
    const store = () => {
      const read = batch
      batch = []
      storedAtMs = performance.now()
      if (read.length === 0) return
      thumbnails.put(read.flatMap(({ examination }) => thumbnailOf(examination)))
      transaction(project.writer, (tx) => findings.store(tx, read))
    }
    try {
      const examined = examineFiles(files, {
        openImaging: world.openImaging,
        thumbnailPx,
        callsInFlight: Math.min(8, availableParallelism() + 1),
        fileTimeLimitMs: world.fileTimeLimitMs ?? defaultFileTimeLimitMs,
        signal: options.signal,
      })
      for await (const one of examined) {
        batch.push(one)
        done += 1
        if (batch.length >= batchSize || performance.now() - storedAtMs > batchMs) store()
        if (progress.isDue()) yield { kind: 'reading', total: files.length, ...progress.rate(done, files.length) }
      }
      store()
      yield { kind: 'reading', total: files.length, ...progress.rate(done, files.length) }
    } finally {
      // What was read when the caller left; nothing where `store` has failed, as it empties the batch first.
      try {
        store()
      } finally {
        thumbnails.close()
      }
    }
  }

  function summarise(): ImportSummary {
    const counts = countImages(project.reader)
    return {
      found,
      ...settlement,
      unchanged: found - settlement.added - settlement.changed - settlement.moved,
      missing: counts.missing,
      unreadable: counts.unreadable,
      labelled: labels.labelled,
      skipped: [...skipped, ...labels.skipped],
      durationMs: world.now() - startedAtMs,
    }
  }
}

function thumbnailOf(examination: Examination): Thumbnail[] {
  return examination.state === 'readable' ? [{ contentHash: examination.contentHash, webp: examination.thumbnail }] : []
}
