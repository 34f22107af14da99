import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FoundProject, RecentProject } from '../../../shared/contract/project.ts'
import { ProjectId } from '../../../shared/domain/ids.ts'
import { openConnection } from '../database/connection.ts'
import { fileOf } from './image-path.ts'
import { layoutOf, projectFolderName } from './project-layout.ts'

type Sought = Pick<RecentProject, 'imageFolder' | 'projectFolder' | 'projectId'>

/** Enough of them to know a folder again that a few images were taken out of. */
const comparedImages = 40

/**
 * Whether a folder holds a project that was opened from another place before. Reads catalogs and changes nothing.
 * Errors: those of opening a catalog.
 */
export function recogniseProject(sought: Sought, folder: string): FoundProject {
  const apart = sought.projectFolder === null ? null : recogniseApart(sought, folder, sought.projectFolder)
  if (apart !== null) return { kind: 'same', place: apart }
  const found = readProjectId(join(folder, projectFolderName))
  return { kind: kindOf(found, sought.projectId), place: { imageFolder: folder, projectFolder: null } }
}

function kindOf(found: ProjectId | null, sought: ProjectId | null): FoundProject['kind'] {
  if (found === null) return 'none'
  // Whoever does not know what to look for has to take what is there.
  return sought === null || found === sought ? 'same' : 'other'
}

/** Of a project that lies apart from its images either may have moved; null where the folder is neither. */
function recogniseApart(sought: Sought, folder: string, projectFolder: string): FoundProject['place'] | null {
  if (existsSync(layoutOf(projectFolder).catalogFile)) {
    return holdsImagesOf(projectFolder, folder) ? { imageFolder: folder, projectFolder } : null
  }
  const isIt = sought.projectId !== null && readProjectId(folder) === sought.projectId
  return isIt ? { imageFolder: sought.imageFolder, projectFolder: folder } : null
}

function readProjectId(projectFolder: string): ProjectId | null {
  const [id] = readCatalog(projectFolder, 'SELECT id AS value FROM project')
  return ProjectId.safeParse(id).data ?? null
}

/** At least half of those that are looked for: by their paths, as reading their contents may take long. */
function holdsImagesOf(projectFolder: string, folder: string): boolean {
  const paths = readCatalog(
    projectFolder,
    // In the order of their contents they come from everywhere in the folder.
    `SELECT path AS value FROM image WHERE state <> 'missing' ORDER BY content_hash LIMIT ${comparedImages}`,
  )
  return 2 * paths.filter((path) => existsSync(fileOf(folder, path))).length >= paths.length
}

/** One column of text; nothing where there is no catalog. */
function readCatalog(projectFolder: string, sql: string): readonly string[] {
  const { catalogFile } = layoutOf(projectFolder)
  if (!existsSync(catalogFile)) return []
  const connection = openConnection(catalogFile, { readOnly: true })
  try {
    return connection
      .prepare<[], { readonly value: string }>(sql)
      .all()
      .map(({ value }) => value)
  } finally {
    connection.close()
  }
}
