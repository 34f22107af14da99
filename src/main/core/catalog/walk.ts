import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { hasErrorCode } from '../database/error-code.ts'
import { projectFolderName } from '../project/project-layout.ts'
import { decodeName, describeName, isImageName, isJunkName } from './image-name.ts'

export interface FoundFile {
  /** Relative to the image folder, with `/` between the parts. */
  readonly path: string
  /** Absolute. */
  readonly file: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** When its content, name or rights changed last (ctime). */
  readonly changedAtMs: number
}

export interface SkippedEntry {
  readonly path: string
  readonly reason: string
}

export interface WalkedEntries {
  readonly found: readonly FoundFile[]
  readonly skipped: readonly SkippedEntry[]
}

export interface WalkOptions {
  /** Absolute paths of folders that are not looked into: the project, where it lies among the images. */
  readonly excludedFolders: readonly string[]
  readonly signal: AbortSignal
}

interface Folder {
  readonly file: string
  /** Empty for the image folder itself. */
  readonly path: string
}

/** How many files are looked at together, and the most that one answer holds. */
const chunkSize = 128

/**
 * Finds the image files of a folder, a few at a time and in an order that stays the same. Each folder is read once,
 * whatever links lead to it; links are followed where they stay inside, folders under their own name first. Hidden
 * folders and files (a dot in front), links out of the folder, names that are not UTF-8, pipes, sockets and devices
 * are named as skipped and never opened; what systems leave behind, and files that are no images by name, are not
 * mentioned. Errors: not-found and no-permission for the folder itself.
 */
export async function* walkImages(imageFolder: string, options: WalkOptions): AsyncGenerator<WalkedEntries, void> {
  const root = await realpath(imageFolder).catch((thrown: unknown) => {
    throw rootError(imageFolder, thrown)
  })
  const visited = new Set(await Promise.all(options.excludedFolders.map(identityOf)))
  const folders: Folder[] = [{ file: root, path: '' }]
  const linkedFolders: Folder[] = []

  for (;;) {
    stopIf(options.signal)
    const isLinked = folders.length === 0
    const folder = folders.pop() ?? linkedFolders.shift()
    if (folder === undefined) return
    const identity = await identityOf(folder.file)
    if (identity === null) {
      // Without the folder itself nothing is known: its images must not all become missing.
      if (folder.path === '') throw rootError(root, null)
      continue
    }
    if (visited.has(identity)) {
      if (isLinked) yield skip(folder.path, 'a link to a folder that is read under its own name')
      continue
    }
    visited.add(identity)
    const entries = await readFolder(folder)
    if ('reason' in entries) {
      yield { found: [], skipped: [entries] }
      continue
    }
    const inside: Folder[] = []
    for (let at = 0; at < entries.names.length; at += chunkSize) {
      stopIf(options.signal)
      const chunk = entries.names.slice(at, at + chunkSize)
      const looks = await Promise.all(chunk.map((entry) => look(folder, entry, root)))
      for (const { folder: next, isLink } of looks) {
        if (next !== undefined) (isLink === true ? linkedFolders : inside).push(next)
      }
      yield {
        found: looks.flatMap(({ found }) => found ?? []),
        skipped: looks.flatMap(({ skipped }) => skipped ?? []),
      }
    }
    folders.push(...inside.reverse())
  }
}

/** What one directory entry turned out to be; nothing at all for what is not mentioned. */
interface Look {
  readonly found?: FoundFile
  readonly skipped?: SkippedEntry
  readonly folder?: Folder
  readonly isLink?: boolean
}

async function look(folder: Folder, entry: Dirent<Buffer>, root: string): Promise<Look> {
  const name = decodeName(entry.name)
  const path = `${folder.path}${folder.path === '' ? '' : '/'}${name ?? describeName(entry.name)}`
  if (name === null) return { skipped: { path, reason: 'its name is not UTF-8: rename it' } }
  if (name === projectFolderName || isJunkName(name)) return {}
  if (name.startsWith('.')) {
    if (entry.isDirectory()) return { skipped: { path, reason: 'a hidden folder: its name begins with a dot' } }
    return isImageName(name) ? { skipped: { path, reason: 'a hidden file: its name begins with a dot' } } : {}
  }
  const file = join(folder.file, name)
  if (entry.isDirectory()) return { folder: { file, path } }
  if (entry.isSymbolicLink()) return lookAtLink({ file, path }, name, root)
  if (!entry.isFile()) return { skipped: { path, reason: `not a file: ${kindOf(entry)}` } }
  return isImageName(name) ? lookAtFile({ file, path }) : {}
}

async function lookAtLink(link: Folder, name: string, root: string): Promise<Look> {
  try {
    const target = await realpath(link.file)
    if (target !== root && !target.startsWith(root.endsWith(sep) ? root : root + sep)) {
      return { skipped: { path: link.path, reason: 'a link out of the image folder' } }
    }
    const facts = await stat(link.file)
    if (facts.isDirectory()) return { folder: link, isLink: true }
    if (!facts.isFile()) return { skipped: { path: link.path, reason: `a link to ${kindOf(facts)}` } }
    return isImageName(name) ? await lookAtFile(link) : {}
  } catch (thrown) {
    const reason = hasErrorCode(thrown, 'ELOOP') ? 'a link that leads back to itself' : 'a link to nothing'
    return { skipped: { path: link.path, reason } }
  }
}

async function lookAtFile({ file, path }: Folder): Promise<Look> {
  try {
    const { size, mtimeMs, ctimeMs } = await stat(file)
    return { found: { path, file, sizeBytes: size, modifiedAtMs: mtimeMs, changedAtMs: ctimeMs } }
  } catch (thrown) {
    // Gone since the folder was read: as if it had never been there.
    if (hasErrorCode(thrown, 'ENOENT')) return {}
    return { skipped: { path, reason: 'the system gives no access to it' } }
  }
}

function kindOf(entry: Pick<Dirent<Buffer>, 'isFIFO' | 'isSocket'>): string {
  if (entry.isFIFO()) return 'a pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}

async function readFolder(folder: Folder): Promise<{ readonly names: readonly Dirent<Buffer>[] } | SkippedEntry> {
  try {
    const names = await readdir(folder.file, { withFileTypes: true, encoding: 'buffer' })
    return { names: names.sort((a, b) => Buffer.compare(a.name, b.name)) }
  } catch (thrown) {
    if (folder.path === '') throw rootError(folder.file, thrown)
    const problem = hasErrorCode(thrown, 'EACCES', 'EPERM') ? 'may not' : 'cannot'
    return { path: folder.path, reason: `a folder that ${problem} be read` }
  }
}

function rootError(folder: string, thrown: unknown): AppError {
  return hasErrorCode(thrown, 'EACCES', 'EPERM')
    ? new AppError('no-permission', said`The image folder ${folder} may not be read.`, { cause: thrown })
    : new AppError('not-found', said`The image folder ${folder} cannot be read. See whether its disk is connected.`)
}

/** The same for a folder under whatever path; null where it is gone. */
async function identityOf(folder: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return null
  }
}

function skip(path: string, reason: string): WalkedEntries {
  return { found: [], skipped: [{ path, reason }] }
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', said`The import was stopped.`)
}
