import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { layoutOf, projectFolderName } from '../core/project/project-layout.ts'

export interface ProjectChoice {
  /** The image folder, where the command line names one. */
  readonly folder?: string | undefined
  /** What --project says: an image folder that holds its project, or a project folder that lies elsewhere. */
  readonly project?: string | undefined
}

export interface ProjectLocation {
  /** Null: the one that the project, which lies apart, was used with last. */
  readonly imageFolder: string | null
  /** Null: `.athanor` in the image folder. */
  readonly projectFolder: string | null
}

/**
 * Where the project of a command lies: what the command line says, or else the nearest folder upwards that holds one.
 * Errors: no-project, bad-input.
 */
export function locateProject({ folder, project }: ProjectChoice, workingFolder: string): ProjectLocation {
  if (project !== undefined) return locateGiven(resolve(workingFolder, project), folder, workingFolder)
  if (folder !== undefined) return { imageFolder: resolve(workingFolder, folder), projectFolder: null }
  const imageFolder = findUpwards(workingFolder)
  if (imageFolder !== undefined) return { imageFolder, projectFolder: null }
  throw new AppError(
    'no-project',
    said`There is no project in ${workingFolder} or above it. Make one with "athanor import FOLDER", or name one with --project.`,
  )
}

function locateGiven(project: string, folder: string | undefined, workingFolder: string): ProjectLocation {
  if (folder !== undefined) return { imageFolder: resolve(workingFolder, folder), projectFolder: project }
  if (holdsProject(project)) return { imageFolder: project, projectFolder: null }
  if (basename(project) === projectFolderName) return { imageFolder: dirname(project), projectFolder: null }
  if (!existsSync(layoutOf(project).catalogFile)) {
    throw new AppError(
      'no-project',
      said`${project} holds no project. Make one with "athanor import FOLDER --project DIR".`,
    )
  }
  return { imageFolder: null, projectFolder: project }
}

function findUpwards(folder: string): string | undefined {
  if (holdsProject(folder)) return folder
  const parent = dirname(folder)
  return parent === folder ? undefined : findUpwards(parent)
}

function holdsProject(folder: string): boolean {
  return existsSync(layoutOf(join(folder, projectFolderName)).catalogFile)
}
