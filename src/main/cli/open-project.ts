import { realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Project } from '../../shared/contract/project.ts'
import type { CoreContract } from '../../shared/contract/index.ts'
import type { Client } from '../../shared/rpc/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { Context } from './context.ts'
import { locateProject } from './locate-project.ts'

export interface Workplace {
  readonly core: Client<CoreContract>
  readonly project: Project
}

/** Opens the project that the command line means. Errors: no-project and those of the contract's `project.open`. */
export async function openProject(
  context: Context,
  { folder, create = false }: { readonly folder?: string | undefined; readonly create?: boolean } = {},
): Promise<Workplace> {
  const location = locateProject({ folder, project: context.options.project }, context.workingFolder)
  const core = await context.core()
  const project = await core.project.open({ ...location, create })
  return { core, project }
}

/** A file as the catalog names it: relative to the image folder, with `/`. Errors: bad-input outside of the folder. */
export function catalogPath(project: Project, file: string, workingFolder: string): string {
  const path = relative(project.imageFolder, realPath(resolve(workingFolder, file)))
  if (path.startsWith('..') || isAbsolute(path)) {
    throw new AppError('bad-input', said`${file} is not in the image folder ${project.imageFolder}.`)
  }
  return path.split(sep).join('/')
}

/** Links are followed as the project does it, also in the folders above a file that is gone. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = resolve(path, '..')
    return parent === path ? path : resolve(realPath(parent), relative(parent, path))
  }
}
