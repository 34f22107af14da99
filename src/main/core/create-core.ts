import type { CoreContract } from '../../shared/contract/index.ts'
import type { Handlers } from '../../shared/rpc/endpoint.ts'
import { createBackboneHandlers } from './backbones/create-backbone-handlers.ts'
import { createCatalogHandlers } from './catalog/catalog-handlers.ts'
import type { CoreContext } from './core-context.ts'
import { createDatasetsHandlers } from './datasets/datasets-handlers.ts'
import { createExportsHandlers } from './exports/exports-handlers.ts'
import type { Host } from './host.ts'
import { createLabelsHandlers } from './labels/labels-handlers.ts'
import { createModelsHandlers } from './models/models-handlers.ts'
import { createChangeTeller } from './project/change-teller.ts'
import { createPictures, type Pictures } from './pictures/pictures.ts'
import { createProjectRegistry } from './project/open-projects.ts'
import { createRecentProjects } from './project/recent-projects.ts'
import { createProjectHandlers } from './project/project-handlers.ts'
import { createRunsHandlers } from './runs/runs-handlers.ts'
import { createFolderAccess } from './shell/folder-access.ts'
import { createShellHandlers } from './shell/shell-handlers.ts'
import { createSystemHandlers } from './system/create-system-handlers.ts'

export interface Core {
  readonly handlers: Handlers<CoreContract>
  /** Pixels, which do not travel by calls. */
  readonly pictures: Pick<Pictures, 'answer'>
  readonly onProjectOpen: CoreContext['onProjectOpen']
  /** Stops what is running and closes the catalogs; safe to call twice. */
  close(): Promise<void>
}

/** The composition root: what every host serves, over whatever channel. */
export function createCore(host: Host): Core {
  const projects = createProjectRegistry(host)
  const closers: (() => void | Promise<void>)[] = []
  const pictures = createPictures(host, projects)
  closers.push(() => pictures.close())
  const recent = createRecentProjects(host)
  const context: CoreContext = {
    host,
    projects,
    pictures,
    recent,
    folders: createFolderAccess(host, recent),
    changes: createChangeTeller(host, projects),
    onProjectOpen: (listener) => projects.onOpen(listener),
    onClose: (listener) => {
      closers.push(listener)
    },
  }
  const handlers: Handlers<CoreContract> = {
    project: createProjectHandlers(context),
    catalog: createCatalogHandlers(context),
    labels: createLabelsHandlers(context),
    datasets: createDatasetsHandlers(context),
    runs: createRunsHandlers(context),
    models: createModelsHandlers(context),
    exports: createExportsHandlers(context),
    backbones: createBackboneHandlers(context),
    shell: createShellHandlers(context),
    system: createSystemHandlers(host),
  }
  return {
    handlers,
    pictures,
    onProjectOpen: (listener) => projects.onOpen(listener),
    async close() {
      try {
        for (const close of closers.splice(0).reverse()) await close()
      } finally {
        projects.close()
      }
    },
  }
}
