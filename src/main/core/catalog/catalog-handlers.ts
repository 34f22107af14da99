import type { catalog } from '../../../shared/contract/catalog.ts'
import type { ServiceHandlers } from '../../../shared/rpc/endpoint.ts'
import type { CoreContext } from '../core-context.ts'
import { openImaging } from '../processes/open-process.ts'
import { countImages } from './count-images.ts'
import { importFolder } from './import-folder.ts'
import { getImage, getImages, listImages } from './list-images.ts'
import { locateImage, orderImages } from './order-images.ts'
import { shareImports } from './share-imports.ts'

export function createCatalogHandlers(context: CoreContext): ServiceHandlers<typeof catalog> {
  const { host, projects } = context
  const world = { openImaging: () => openImaging(host), now: () => host.now() }
  const imports = shareImports(({ projectId, ...options }) => importFolder(projects.get(projectId), world, options))
  context.onClose(() => imports.close())
  return {
    import: (wish, { signal }) => {
      // At once, so that a project that is not open is refused as in every other method.
      projects.get(wish.projectId)
      return imports.follow(wish, signal)
    },
    order: ({ projectId, query }) => ({ imageIds: orderImages(projects.get(projectId).reader, query) }),
    getMany: ({ projectId, imageIds }) => getImages(projects.get(projectId).reader, imageIds),
    locate: ({ projectId, query, text }) => {
      const imageId = locateImage(projects.get(projectId).reader, query, text)
      return imageId === null ? null : { imageId }
    },
    list: ({ projectId, ...page }) => listImages(projects.get(projectId).reader, page),
    counts: ({ projectId }) => countImages(projects.get(projectId).reader),
    get: ({ projectId, imageId }) => getImage(projects.get(projectId).reader, imageId),
  }
}
