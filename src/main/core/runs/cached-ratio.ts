import { existsSync } from 'node:fs'
import type { DatasetId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { OpenProject } from '../core-context.ts'
import { rowOf } from '../database/row-ids.ts'
import { readManifest } from '../models/read-manifest.ts'
import { readDecisiveVersions } from '../system/decisive-versions.ts'
import { listRuns } from './run-repository.ts'

/**
 * The share of labelled images whose features an earlier run with the same backbone has left behind, by what that run
 * was given; the cache itself is not opened. A run that goes on to change the backbone neither reads nor leaves any.
 */
export function cachedRatioOf(project: OpenProject, recipe: Recipe, datasetId: DatasetId | null): number {
  if (!recipe.fitHeadFirst || recipe.epochs > 0 || !existsSync(project.layout.featuresFolder)) return 0
  const run = listRuns(project.reader).find((one) => one.state === 'done' && leavesFeatures(one.recipe, recipe))
  if (run?.modelId == null || !isOfSameVersions(project, run.modelId)) return 0
  const known = 'SELECT content_hash FROM dataset_entry WHERE dataset_id = ?'
  const wanted =
    datasetId === null
      ? "SELECT content_hash FROM image WHERE state = 'readable' AND class_id IS NOT NULL"
      : `SELECT content_hash FROM dataset_entry WHERE dataset_id = ${rowOf(datasetId)}`
  const counts = project.reader
    .prepare<{ cached: number | null; total: number }>(
      `WITH known AS MATERIALIZED (${known})
       SELECT sum(content_hash IN known) AS cached, count(*) AS total FROM (${wanted})`,
    )
    .get(rowOf(run.datasetId))
  return counts === undefined || counts.total === 0 ? 0 : (counts.cached ?? 0) / counts.total
}

/** Everything that a feature depends on beside the image; random weights depend on the seed. */
function leavesFeatures(one: Recipe, other: Recipe): boolean {
  const parts = [
    'backbone',
    'architecture',
    'inputSizePx',
    'resizePx',
    'device',
    'precision',
    'threads',
    'fitHeadFirst',
    'epochs',
  ] as const
  const isSame = parts.every((part) => one[part] === other[part])
  return isSame && one.views >= other.views && one.limit === null && (one.backbone !== null || one.seed === other.seed)
}

function isOfSameVersions(project: OpenProject, modelId: Parameters<typeof readManifest>[1]): boolean {
  try {
    const { versions } = readManifest(project, modelId)
    return Object.entries(readDecisiveVersions()).every(([name, version]) => versions[name] === version)
  } catch {
    return false
  }
}
