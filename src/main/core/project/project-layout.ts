import { join } from 'node:path'
import type { ModelId, RunId } from '../../../shared/domain/ids.ts'

/** Name of the project folder inside an image folder. */
export const projectFolderName = '.athanor'

/** Where everything lies below the project folder. */
export interface ProjectLayout {
  readonly catalogFile: string
  /** Disposable: whatever is missing in it is drawn again. */
  readonly thumbnailsFile: string
  readonly backupsFolder: string
  readonly exportsFolder: string
  /** Disposable: what is missing in it is computed again. */
  readonly featuresFolder: string
  runFolder(runId: RunId): string
  modelFolder(modelId: ModelId): string
}

export function layoutOf(projectFolder: string): ProjectLayout {
  return {
    catalogFile: join(projectFolder, 'catalog.sqlite'),
    thumbnailsFile: join(projectFolder, 'thumbnails.sqlite'),
    backupsFolder: join(projectFolder, 'backups'),
    exportsFolder: join(projectFolder, 'exports'),
    featuresFolder: join(projectFolder, 'features'),
    runFolder: (runId) => join(projectFolder, 'runs', runId),
    modelFolder: (modelId) => join(projectFolder, 'models', modelId),
  }
}
