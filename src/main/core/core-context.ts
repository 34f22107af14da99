import type { ProjectId } from '../../shared/domain/ids.ts'
import type { CatalogChange } from './database/note-change.ts'
import type { ReadableDb, Writer } from './database/handles.ts'
import type { Host } from './host.ts'
import type { Pictures } from './pictures/pictures.ts'
import type { RecentProjects } from './project/recent-projects.ts'
import type { ProjectLayout } from './project/project-layout.ts'
import type { FolderAccess } from './shell/folder-access.ts'

/** A project whose catalog is open. */
export interface OpenProject {
  readonly id: ProjectId
  /** Absolute, without links. */
  readonly imageFolder: string
  /** Absolute, without links: `.athanor` in the image folder, or wherever `--project` said. */
  readonly projectFolder: string
  readonly layout: ProjectLayout
  /** Sees what has been committed. */
  readonly reader: ReadableDb
  /** For `transaction(project.writer, (tx) => ...)`. */
  readonly writer: Writer
}

export interface OpenProjects {
  /** Errors: not-found. */
  get(projectId: ProjectId): OpenProject
  /** In the order of their opening. */
  list(): readonly OpenProject[]
  /** Opens it, or answers the one that is open already. Errors: those of the contract's `project.open`. */
  open(where: ProjectPlace): OpenProject
}

export interface ProjectPlace {
  readonly imageFolder: string
  /** Null: `.athanor` in the image folder. */
  readonly projectFolder: string | null
  readonly create: boolean
}

/** Tells everybody who watches a project, in this process and in others, that something in it has changed. */
export interface ChangeTeller {
  /** For what no transaction has noted with `noteChange`: files beside the catalog. Never throws; not in a transaction. */
  tell(projectId: ProjectId, change: CatalogChange): void
}

/** What the handlers of every service get. */
export interface CoreContext {
  readonly host: Host
  readonly projects: OpenProjects
  readonly pictures: Pictures
  readonly recent: RecentProjects
  /** For every path that comes from a page. */
  readonly folders: FolderAccess
  readonly changes: ChangeTeller
  /** Called once for each project that opens, before its first use: the place to put right what a crash left. */
  onProjectOpen(listener: (project: OpenProject) => void): void
  /** Called when core closes, the latest first, and before the catalogs close. */
  onClose(listener: () => void | Promise<void>): void
}
