import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ModelId } from '../../../shared/domain/ids.ts'
import type { Evaluation } from '../../../shared/domain/metrics.ts'
import { Split } from '../../../shared/domain/split.ts'
import type { OpenProject } from '../core-context.ts'
import { syncFile, syncFolder } from '../database/sync-folder.ts'
import { toDiskError } from '../downloads/disk-error.ts'
import { manifestFile, readManifest } from './read-manifest.ts'

/**
 * Keeps an evaluation with its model, in the place of an earlier one of the same split. Reads, changes and writes without
 * a pause in between, so that two evaluations that end together do not undo each other.
 */
export function storeEvaluation(project: OpenProject, modelId: ModelId, evaluation: Evaluation): void {
  const manifest = readManifest(project, modelId)
  const evaluations = [...manifest.evaluations.filter(({ split }) => split !== evaluation.split), evaluation].sort(
    (a, b) => Split.options.indexOf(a.split) - Split.options.indexOf(b.split),
  )
  const file = manifestFile(project, modelId)
  const temporary = `${file}.${String(process.pid)}.part`
  try {
    writeFileSync(temporary, `${JSON.stringify({ ...manifest, evaluations }, null, 2)}\n`)
    syncFile(temporary)
    renameSync(temporary, file)
    syncFolder(dirname(file))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw toDiskError(error, file)
  }
}
