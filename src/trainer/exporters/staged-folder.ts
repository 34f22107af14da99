import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { fileError } from '../weights/file-errors.ts'

export interface StagedFolder {
  /** Where to write; its name begins with a dot and ends in `.partial`. */
  readonly folder: string
  /** Puts everything on the disk and gives the folder its name. Gives the absolute path. Errors: conflict. */
  publish(): Promise<string>
  /** Publishes what did not pass under a name that nobody takes for the real one; an existing one stays. */
  publishAsFailed(): Promise<string>
  /** Removes the folder if it was not published. */
  discard(): Promise<void>
}

export interface StageOptions {
  readonly destination: string
  /** One path part. */
  readonly name: string
  /** Replace a folder of that name. */
  readonly overwrite: boolean
}

/**
 * A folder that appears under its name only when it is whole: at every moment that name holds nothing, all of the old,
 * or all of the new. What a crash left behind is put right when the same name is staged again.
 * Errors: conflict, disk-full, no-permission.
 */
export async function stageFolder({ destination, name, overwrite }: StageOptions): Promise<StagedFolder> {
  const target = join(destination, name)
  const folder = join(destination, `.${name}.${String(process.pid)}.partial`)
  const replaced = join(destination, `.${name}.${String(process.pid)}.replaced`)
  try {
    await mkdir(destination, { recursive: true })
    await clearLeftovers(destination, name)
    if (!overwrite) await refuseExisting(target)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder)
  } catch (error) {
    throw stagingError(error, target)
  }
  const publish = async (as: string): Promise<string> => {
    try {
      await syncTree(folder)
      if (await exists(as)) {
        await rename(as, replaced)
        await rename(folder, as)
        await syncFolder(destination)
        await rm(replaced, { recursive: true, force: true })
      } else {
        await rename(folder, as)
        await syncFolder(destination)
      }
      return as
    } catch (error) {
      throw stagingError(error, as)
    }
  }
  return {
    folder,
    publish: async () => {
      if (!overwrite) await refuseExisting(target)
      return publish(target)
    },
    publishAsFailed: async () => publish(await freeName(`${target}-failed`)),
    discard: () => rm(folder, { recursive: true, force: true }),
  }
}

function stagingError(thrown: unknown, path: string): unknown {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined
  if (code !== 'ENOTDIR' && code !== 'EEXIST') return fileError(thrown, path)
  return new AppError('conflict', said`${path} cannot be made: a file is in its way. Choose another destination.`)
}

/** Errors: conflict where something has this path, be it a link to nothing. */
export async function refuseExisting(target: string): Promise<void> {
  if (!(await exists(target))) return
  throw new AppError(
    'conflict',
    said`${target} exists already. Choose another destination, or allow it to be overwritten.`,
  )
}

async function freeName(wanted: string): Promise<string> {
  let name = wanted
  for (let number = 2; await exists(name); number += 1) name = `${wanted}-${String(number)}`
  return name
}

/** Removes what dead processes left, and gives a folder its name back that one was about to replace. */
async function clearLeftovers(destination: string, name: string): Promise<void> {
  for (const entry of await readdir(destination)) {
    const [, id, kind] = entry.startsWith(`.${name}.`) ? (/\.(\d+)\.(partial|replaced)$/.exec(entry) ?? []) : []
    if (id === undefined || entry !== `.${name}.${id}.${String(kind)}` || isAlive(Number(id))) continue
    const leftover = join(destination, entry)
    if (kind === 'replaced' && !(await exists(join(destination, name)))) await rename(leftover, join(destination, name))
    else await rm(leftover, { recursive: true, force: true })
  }
}

function isAlive(processId: number): boolean {
  if (processId === process.pid) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return error instanceof Error && Reflect.get(error, 'code') === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOENT') return false
    throw error
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncTree(path)
    else await syncFile(path)
  }
  await syncFolder(folder)
}

/** Makes the names in a folder survive a power cut. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await syncFile(folder)
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, process.platform === 'win32' ? 'r+' : 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
