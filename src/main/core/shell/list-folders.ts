import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FolderListing } from '../../../shared/contract/shell.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { isImageName, isJunkName } from '../catalog/image-name.ts'
import { hasErrorCode } from '../database/error-code.ts'
import { layoutOf, projectFolderName } from '../project/project-layout.ts'
import { isWithin } from '../project/is-within.ts'
import type { FolderAccess } from './folder-access.ts'

type Folder = FolderListing['folders'][number]

/** What a folder picker shows of one folder. Errors: forbidden, not-found, no-permission. */
export async function listFolders(access: FolderAccess, path: string | null): Promise<FolderListing> {
  const roots = await access.roots()
  const start = path ?? roots[0]
  if (start === undefined) throw new AppError('not-found', said`There is no folder to begin at.`)
  const folder = await access.resolveBelowRoots(start)
  const entries = await readEntries(folder)
  const folders = await Promise.all(
    entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !isHidden(entry.name))
      .map((entry) => describeFolder(access, join(folder, entry.name), entry.isSymbolicLink())),
  )
  const parent = dirname(folder)
  return {
    path: folder,
    parent: parent !== folder && roots.some((root) => isWithin(parent, root)) ? parent : null,
    roots: roots.map((root) => ({ name: basename(root) === '' ? root : basename(root), path: root })),
    folders: folders.filter((found) => found !== null).toSorted((one, other) => byName(one.name, other.name)),
    imageCount: entries.filter((entry) => entry.isFile() && isImageName(entry.name) && !isJunkName(entry.name)).length,
  }
}

const byName = new Intl.Collator('en', { numeric: true }).compare

function isHidden(name: string): boolean {
  return name.startsWith('.') || isJunkName(name)
}

/** Null where a link leads to no folder, or out of the roots. */
async function describeFolder(access: FolderAccess, path: string, isLink: boolean): Promise<Folder | null> {
  if (isLink) {
    const target = await access.resolveBelowRoots(path).catch(() => null)
    const isFolder = target !== null && (await stat(target).catch(() => null))?.isDirectory() === true
    if (!isFolder) return null
  }
  const hasProject = existsSync(layoutOf(join(path, projectFolderName)).catalogFile)
  return { name: basename(path), path, hasProject }
}

async function readEntries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (cause) {
    if (hasErrorCode(cause, 'EACCES', 'EPERM')) {
      throw new AppError('no-permission', said`The folder ${folder} may not be read.`, { cause })
    }
    throw new AppError('not-found', said`There is no folder ${folder}.`, { cause })
  }
}
