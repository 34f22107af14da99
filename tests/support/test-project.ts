import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ImportEvent, ImportSummary } from '../../src/shared/contract/catalog.ts'
import type { OpenProject } from '../../src/main/core/core-context.ts'
import type { ImagingProcess } from '../../src/main/core/catalog/examine-files.ts'
import { importFolder } from '../../src/main/core/catalog/import-folder.ts'
import { insertFound } from '../../src/main/core/catalog/import-repository.ts'
import { transaction } from '../../src/main/core/database/handles.ts'
import { openProject, placeProject } from '../../src/main/core/project/open-project.ts'
import { examineFile } from '../../src/imaging/examine.ts'
import { readableExamination } from './examinations.ts'
import { memoryDisk, temporaryFolder } from './temporary-folder.ts'

/** A project with an open catalog; `folder` is its image folder. Closed when the test has ended. */
export function openTestProject(folder = join(temporaryFolder(memoryDisk), 'images')): OpenProject {
  mkdirSync(folder, { recursive: true })
  const folders = placeProject({ imageFolder: folder, projectFolder: null, create: true })
  const { project, catalog } = openProject(folders, Date.now())
  onTestFinished(() => {
    catalog.close()
  })
  return project
}

/** Puts rows for readable images into the catalog without files behind them; answers their ids. */
export function addImages(project: OpenProject, paths: readonly string[]): number[] {
  return transaction(project.writer, (tx) =>
    paths.map((path) => insertFound(tx, { path, changedAtMs: 0, examination: readableExamination(path) })),
  )
}

/** The real examination, without a process of its own. */
export function examiner(): ImagingProcess {
  return { client: { examine: ({ file, thumbnailPx }) => examineFile(file, { thumbnailPx }) }, close: async () => {} }
}

export interface ImportSettings {
  readonly openImaging?: () => ImagingProcess
  readonly labelsFromFolders?: boolean
  readonly signal?: AbortSignal
  readonly fileTimeLimitMs?: number
  readonly onEvent?: (event: ImportEvent) => void
}

/** Imports the project's folder and answers the summary. */
export async function runImport(project: OpenProject, settings: ImportSettings = {}): Promise<ImportSummary> {
  const { openImaging = examiner, labelsFromFolders = true, signal = new AbortController().signal } = settings
  const limit = settings.fileTimeLimitMs === undefined ? {} : { fileTimeLimitMs: settings.fileTimeLimitMs }
  const world = { openImaging, now: () => Date.now(), ...limit }
  for await (const event of importFolder(project, world, { labelsFromFolders, signal })) {
    settings.onEvent?.(event)
    if (event.kind === 'finished') return event.summary
  }
  throw new Error('the import ended without a summary')
}
