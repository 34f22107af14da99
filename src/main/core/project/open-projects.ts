import { statSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { ProjectId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject, OpenProjects } from '../core-context.ts'
import { transaction } from '../database/handles.ts'
import type { Catalog } from '../database/open-catalog.ts'
import type { Host } from '../host.ts'
import { backUpOnClose } from './back-up-on-close.ts'
import { openProject, placeProject } from './open-project.ts'

export interface ProjectRegistry extends OpenProjects {
  onOpen(listener: (project: OpenProject) => void): void
  close(): void
}

interface OpenEntry {
  readonly project: OpenProject
  readonly catalog: Catalog
  readonly identity: string
}

/** The projects that this process has open, each once. */
export function createProjectRegistry(host: Host): ProjectRegistry {
  const opened = new Map<ProjectId, OpenEntry>()
  const listeners: ((project: OpenProject) => void)[] = []

  function find(identity: string): OpenProject | undefined {
    return [...opened.values()].find((entry) => entry.identity === identity)?.project
  }

  return {
    get(projectId) {
      const entry = opened.get(projectId)
      if (entry === undefined)
        throw new AppError('not-found', said`No project ${projectId} is open. Open its folder first.`)
      return entry.project
    },
    list: () => [...opened.values()].map(({ project }) => project),
    open(place) {
      const folders = placeProject(place)
      const identity = identityOf(folders.projectFolder)
      const known = find(identity)
      if (known !== undefined) {
        if (known.imageFolder === folders.imageFolder) return known
        throw new AppError(
          'conflict',
          said`${folders.projectFolder} is open as the project of ${known.imageFolder}, not of ${folders.imageFolder}.
            If the folder has moved, restart Athanor.`,
        )
      }
      const { project: asStored, catalog } = openProject(folders, host.now())
      try {
        const project = opened.has(asStored.id) ? { ...asStored, id: becomeAnother(asStored) } : asStored
        for (const listener of listeners) listener(project)
        opened.set(project.id, { project, catalog, identity })
        return project
      } catch (thrown) {
        catalog.close()
        throw thrown
      }
    },
    onOpen: (listener) => listeners.push(listener),
    close() {
      for (const { project, catalog } of opened.values()) {
        backUpOnClose(project, host)
        catalog.close()
      }
      opened.clear()
    },
  }
}

/** The same for every path that leads to a folder, also after it has moved. */
function identityOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true })
  return `${dev}:${ino}`
}

/** A folder that was copied with its project, and is open beside the first, is a project of its own from now on. */
function becomeAnother(project: OpenProject): ProjectId {
  const id = ProjectId.parse(randomUUID())
  transaction(project.writer, (tx) => tx.prepare('UPDATE project SET id = ?').run(id))
  return id
}
