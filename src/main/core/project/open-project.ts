import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ProjectId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject, ProjectPlace } from '../core-context.ts'
import { hasErrorCode } from '../database/error-code.ts'
import { type Catalog, openCatalog } from '../database/open-catalog.ts'
import { layoutOf, projectFolderName } from './project-layout.ts'

export interface ProjectFolders {
  readonly imageFolder: string
  readonly projectFolder: string
}

/** Finds both folders of a project and makes the project folder. Errors: not-found, no-project, no-permission. */
export function placeProject(place: ProjectPlace): ProjectFolders {
  const imageFolder = folderAt(place.imageFolder)
  const projectFolder = resolve(place.projectFolder ?? join(imageFolder, projectFolderName))
  const isThere = statSync(layoutOf(projectFolder).catalogFile, { throwIfNoEntry: false }) !== undefined
  if (!isThere && !place.create) {
    throw new AppError('no-project', said`${imageFolder} holds no project yet. Import the folder to make one.`)
  }
  if (!isThere) makeFolder(projectFolder, imageFolder)
  return { imageFolder, projectFolder: realpathSync(projectFolder) }
}

/** Opens the catalog of a placed project. Errors: catalog-newer, catalog-damaged, disk-full, no-permission. */
export function openProject(folders: ProjectFolders, nowMs: number): { project: OpenProject; catalog: Catalog } {
  const layout = layoutOf(folders.projectFolder)
  const catalog = openCatalog(layout.catalogFile, { nowMs, backupsFolder: layout.backupsFolder })
  const row = catalog.reader.prepare<{ id: string }>('SELECT id FROM project').get()
  const id = ProjectId.safeParse(row?.id)
  if (!id.success) {
    catalog.close()
    throw new AppError(
      'catalog-damaged',
      said`${layout.catalogFile} does not say which project it is; it was left untouched`,
    )
  }
  return {
    project: { id: id.data, ...folders, layout, reader: catalog.reader, writer: catalog.writer },
    catalog,
  }
}

function folderAt(path: string): string {
  try {
    const folder = realpathSync(resolve(path))
    if (statSync(folder).isDirectory()) return folder
  } catch (thrown) {
    if (hasErrorCode(thrown, 'EACCES', 'EPERM')) {
      throw new AppError('no-permission', said`The folder ${path} may not be read.`, { cause: thrown })
    }
    throw new AppError('not-found', said`There is no folder ${path}.`, { cause: thrown })
  }
  throw new AppError('not-found', said`${path} is not a folder.`)
}

function makeFolder(projectFolder: string, imageFolder: string): void {
  try {
    mkdirSync(projectFolder, { recursive: true })
  } catch (thrown) {
    if (hasErrorCode(thrown, 'EACCES', 'EPERM', 'EROFS')) {
      throw new AppError(
        'no-permission',
        said`The project folder ${projectFolder} cannot be made, because nothing may be written there.
          Keep the project of ${imageFolder} elsewhere: give --project DIR with a folder that you may write to.`,
        { cause: thrown },
      )
    }
    if (hasErrorCode(thrown, 'ENOSPC')) {
      throw new AppError('disk-full', said`The disk is full: ${projectFolder} cannot be made.`, { cause: thrown })
    }
    throw new AppError('no-project', said`${projectFolder} cannot be a project folder: it is not a folder.`, {
      cause: thrown,
    })
  }
}
