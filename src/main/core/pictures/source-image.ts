import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import type { ImageId, Sha256 } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { OpenProject } from '../core-context.ts'
import { fileOf } from '../project/image-path.ts'

/** A file of the catalog with the content that it had when it was imported. */
export interface SourceImage {
  readonly file: string
  readonly contentHash: Sha256
}

/** The image that an address means. Errors: not-found where the catalog knows it with other content, or it is gone. */
export async function readSourceOf(
  project: OpenProject,
  { imageId, contentHash }: { readonly imageId: ImageId; readonly contentHash: Sha256 },
): Promise<SourceImage> {
  const row = project.reader
    .prepare<{ path: string }>('SELECT path FROM image WHERE id = ? AND content_hash = ?')
    .get(imageId, contentHash)
  if (row === undefined) throw new AppError('not-found', said`There is no image ${imageId} with this content.`)
  return { file: await realFileOf(project.imageFolder, row.path), contentHash }
}

/** A catalog that somebody else made could name any file, with dots or through a link: only those below count. */
export async function realFileOf(imageFolder: string, path: string): Promise<string> {
  const file = await realpath(fileOf(imageFolder, path)).catch(() => null)
  const isBelow = file?.startsWith(imageFolder.endsWith(sep) ? imageFolder : `${imageFolder}${sep}`) === true
  if (file === null || !isBelow) throw new AppError('not-found', said`${path} is not there any more.`)
  return file
}
