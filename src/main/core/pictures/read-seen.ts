import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

/** Far above any strip of squares that a trainer writes. */
const bytesMax = 32 * 2 ** 20

/** The strip that the trainer wrote for an epoch of a run. Errors: not-found. */
export async function readSeen(runFolder: string, epoch: number): Promise<Uint8Array<ArrayBuffer>> {
  let handle: FileHandle | undefined
  try {
    // A project may come from somebody else: a link in place of the file could lead anywhere, a pipe would never end.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
    handle = await open(join(runFolder, 'seen', `${epoch}.webp`), flags)
    const { size } = await handle.stat()
    const isFile = (await handle.stat()).isFile()
    if (!isFile || size > bytesMax) throw new AppError('not-found', said`This is no picture of a run.`)
    return new Uint8Array(await handle.readFile())
  } catch (cause) {
    throw new AppError('not-found', said`There is no picture of epoch ${epoch}.`, { cause })
  } finally {
    await handle?.close()
  }
}
