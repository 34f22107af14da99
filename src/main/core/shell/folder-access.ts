import { access, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import type { Host } from '../host.ts'
import { isWithin } from '../project/is-within.ts'
import type { RecentProjects } from '../project/recent-projects.ts'
import { sampleSetsFolder } from '../sample-set/draw-own-samples.ts'

/** Which folders a page may name. */
export interface FolderAccess {
  /**
   * The path without links, as far as it exists: what is used afterwards is what was looked at. Errors: forbidden
   * outside of what is allowed, whether or not there is anything.
   */
  resolve(path: string): Promise<string>
  /** Like `resolve`, for files: the folders of a project that is open are allowed too. */
  resolveFor(project: Pick<OpenProject, 'imageFolder' | 'projectFolder'>, path: string): Promise<string>
  /** Like `resolve`, for looking around and for files that belong to no project: below the roots only. */
  resolveBelowRoots(path: string): Promise<string>
  /** Those that are there now. Empty where the host gives none. */
  roots(): Promise<readonly string[]>
}

/**
 * In browser mode a page may name only folders below the roots that the server was started with. Beside them it may open
 * what this person has opened before, and the sample set.
 */
export function createFolderAccess(host: Host, recent: Pick<RecentProjects, 'entries'>): FolderAccess {
  const giveRoots = host.shell?.roots

  async function roots(): Promise<readonly string[]> {
    return [...new Set(await Promise.all((giveRoots?.() ?? []).map((root) => realPathOf(resolve(root)))))]
  }

  async function resolveIf(path: string, isAllowed: (real: string) => Promise<boolean> | boolean): Promise<string> {
    if (giveRoots === undefined) return resolve(path)
    const real = await realPathOf(resolve(path))
    if ((await roots()).some((root) => isWithin(real, root)) || (await isAllowed(real))) return real
    throw new AppError(
      'forbidden',
      said`${path} is outside of the folders that Athanor may show here. Start it with this folder, or with --root.`,
    )
  }

  return {
    roots: async () => {
      const all = await roots()
      const areThere = await Promise.all(
        all.map((root) =>
          access(root).then(
            () => true,
            () => false,
          ),
        ),
      )
      return all.filter((_, index) => areThere[index])
    },
    resolveFor: ({ imageFolder, projectFolder }, path) =>
      resolveIf(path, (real) => isWithin(real, imageFolder) || isWithin(real, projectFolder)),
    resolveBelowRoots: (path) => resolveIf(path, () => false),
    resolve: (path) =>
      resolveIf(path, async (real) => {
        const isKnown = recent.entries().some((entry) => entry.imageFolder === real || entry.projectFolder === real)
        return isKnown || isWithin(real, await realPathOf(sampleSetsFolder(host)))
      }),
  }
}

/** Of what does not exist, its nearest folder that does counts. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await realPathOf(parent), basename(path))
  }
}
