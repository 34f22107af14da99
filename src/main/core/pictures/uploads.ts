import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uploadBytesMax } from '../../../shared/contract/picture-address.ts'
import { type ProjectId, UploadId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Renderer } from './renderer.ts'
import { thumbnailPx } from '../catalog/thumbnail-store.ts'

export interface Uploads {
  /** Keeps the bytes of one image. Errors: bad-file, bad-input where it is too large. */
  keep(projectId: ProjectId, readBody: (bytesMax: number) => Promise<Uint8Array | null>): Promise<UploadId>
  /** Errors: not-found. */
  fileOf(projectId: ProjectId, uploadId: UploadId): string
  close(): Promise<void>
}

/** Older ones are forgotten: a person looks at one picture after another. */
const keptMax = 16

/** Pictures that a window handed over, in a folder that only this user can read and that goes when core closes. */
export function createUploads(renderer: Pick<Renderer, 'examine'>): Uploads {
  const kept = new Map<UploadId, { readonly projectId: ProjectId; readonly file: string }>()
  let folder: Promise<string> | undefined

  async function forgetOldest(): Promise<void> {
    const [oldest] = kept
    if (oldest === undefined || kept.size <= keptMax) return
    kept.delete(oldest[0])
    await rm(oldest[1].file, { force: true })
  }

  return {
    async keep(projectId, readBody) {
      const bytes = await readBody(uploadBytesMax)
      if (bytes === null) {
        throw new AppError(
          'bad-input',
          said`The file is larger than ${uploadBytesMax / 2 ** 20} MB. Choose a smaller one.`,
        )
      }
      folder ??= mkdtemp(join(tmpdir(), 'athanor-uploads-'))
      const uploadId = UploadId.parse(randomUUID())
      const file = join(await folder, uploadId)
      try {
        await writeFile(file, bytes, { flag: 'wx', mode: 0o600 })
        const examination = await renderer.examine(file, thumbnailPx)
        if (examination.state === 'unreadable') throw new AppError('bad-file', said`${examination.message}`)
      } catch (thrown) {
        await rm(file, { force: true })
        throw thrown
      }
      kept.set(uploadId, { projectId, file })
      await forgetOldest()
      return uploadId
    },
    fileOf(projectId, uploadId) {
      const found = kept.get(uploadId)
      if (found === undefined || found.projectId !== projectId) {
        throw new AppError('not-found', said`This picture is not kept any more. Choose it again.`)
      }
      return found.file
    },
    async close() {
      kept.clear()
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true })
      folder = undefined
    },
  }
}
