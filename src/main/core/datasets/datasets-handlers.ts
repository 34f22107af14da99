import type { datasets } from '../../../shared/contract/datasets.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext } from '../core-context.ts'
import { getDataset, listDatasets, readEntries } from './dataset-repository.ts'
import { freezeDataset, listGivenLeaks } from './freeze-dataset.ts'

export function createDatasetsHandlers({ host, projects }: CoreContext): ServiceHandlers<typeof datasets> {
  return {
    freeze: ({ projectId, options }) => freezeDataset(projects.get(projectId).writer, options, host.now()),
    list: ({ projectId }) => listDatasets(projects.get(projectId).reader),
    get: ({ projectId, datasetId }) => getDataset(projects.get(projectId).reader, datasetId),
    entries: ({ projectId, datasetId }) => readEntries(projects.get(projectId).reader, datasetId),
    leaks: ({ projectId, nearDistanceBits }) => listGivenLeaks(projects.get(projectId).reader, nearDistanceBits),
  }
}
