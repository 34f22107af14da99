import type { catalog } from '../../../shared/contract/catalog.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext } from '../core-context.ts'
import { openImaging } from '../processes/open-process.ts'
import { countImages } from './count-images.ts'
import { importFolder } from './import-folder.ts'
import { getImage, listImages } from './list-images.ts'

export function createCatalogHandlers({ host, projects }: CoreContext): ServiceHandlers<typeof catalog> {
  const importing = new Set<string>()
  return {
    async *import({ projectId, labelsFromFolders }, { signal }) {
      const project = projects.get(projectId)
      if (importing.has(projectId)) throw new AppError('conflict', `${project.imageFolder} is being imported already.`)
      importing.add(projectId)
      try {
        const world = { openImaging: () => openImaging(host), now: () => host.now() }
        yield* importFolder(project, world, { labelsFromFolders, signal })
      } finally {
        importing.delete(projectId)
      }
    },
    list: ({ projectId, ...page }) => listImages(projects.get(projectId).reader, page),
    counts: ({ projectId }) => countImages(projects.get(projectId).reader),
    get: ({ projectId, imageId }) => getImage(projects.get(projectId).reader, imageId),
  }
}
