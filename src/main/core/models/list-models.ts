import { statSync } from 'node:fs'
import type { ModelId } from '../../../shared/domain/ids.ts'
import type { EvaluationSummary } from '../../../shared/domain/metrics.ts'
import type { ModelManifest, ModelSummary } from '../../../shared/domain/model.ts'
import type { OpenProject } from '../core-context.ts'
import { listModelIds, manifestFile, readManifest } from './read-manifest.ts'

interface Known {
  /** Of the file that was read: a manifest is replaced as a whole, never written over. */
  readonly state: string
  readonly summary: ModelSummary
}

/**
 * Lists the models of projects, newest first. Manifests hold an outcome per image, so each is read once and only what
 * the list says of it is kept.
 */
export function createModelsList(log: (line: string) => void): (project: OpenProject) => ModelSummary[] {
  const known = new Map<string, Known>()

  function summarise(project: OpenProject, modelId: ModelId): ModelSummary {
    const file = manifestFile(project, modelId)
    const stats = statSync(file, { throwIfNoEntry: false })
    const state = stats === undefined ? '' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`
    const before = known.get(file)
    if (before?.state === state) return before.summary
    known.delete(file)
    const summary = summaryOf(readManifest(project, modelId))
    known.set(file, { state, summary })
    return summary
  }

  return (project) =>
    listModelIds(project).flatMap((modelId) => {
      try {
        return [summarise(project, modelId)]
      } catch (error) {
        // One damaged model must not hide the others; asking for it says what is wrong.
        log(`${modelId} is not listed: ${error instanceof Error ? error.message : String(error)}`)
        return []
      }
    })
}

function summaryOf(manifest: ModelManifest): ModelSummary {
  const evaluations = manifest.evaluations.map(
    ({ split, imageCount, correctCount, accuracy, accuracyInterval, loss }): EvaluationSummary => ({
      split,
      imageCount,
      correctCount,
      accuracy,
      accuracyInterval,
      loss,
    }),
  )
  return { ...manifest, evaluations }
}
