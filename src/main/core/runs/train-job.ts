import type { Relief, TrainJob } from '../../../shared/contract/trainer.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import { backboneFolderOf } from '../backbones/backbone-folder.ts'
import type { OpenProject } from '../core-context.ts'
import { modelIdOf, rowOf } from '../database/row-ids.ts'
import { getDataset, readEntries } from '../datasets/dataset-repository.ts'
import type { Host } from '../host.ts'
import { readDecisiveVersions } from '../system/decisive-versions.ts'
import { foldGroupsOf } from './fold-groups.ts'
import { getRun } from './run-repository.ts'

/** Everything that the trainer needs for a run of the catalog. */
export function trainJobOf(
  host: Host,
  { imageFolder, layout, reader }: OpenProject,
  { runId, resume, relief }: { readonly runId: RunId; readonly resume: boolean; readonly relief: Relief },
): TrainJob {
  const { recipe, datasetId, device } = getRun(reader, runId)
  const { hash, classes } = getDataset(reader, datasetId)
  const modelId = modelIdOf(rowOf(runId))
  return {
    runId,
    modelId,
    recipe,
    imageFolder,
    runFolder: layout.runFolder(runId),
    modelFolder: layout.modelFolder(modelId),
    backboneFolder: backboneFolderOf(host, recipe.backbone),
    featuresFolder: layout.featuresFolder,
    versions: readDecisiveVersions(),
    dataset: { id: datasetId, hash, classes, entries: readEntries(reader, datasetId) },
    foldGroups: foldGroupsOf(reader, datasetId, recipe),
    resume,
    lastDevice: resume ? device : null,
    relief,
  }
}
