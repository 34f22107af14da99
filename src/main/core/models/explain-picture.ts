import type { z } from 'zod'
import type { models } from '../../../shared/contract/models.ts'
import type { ImageId } from '../../../shared/domain/ids.ts'
import { Sha256 } from '../../../shared/domain/ids.ts'
import type { Explanation } from '../../../shared/domain/model.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { CoreContext, OpenProject } from '../core-context.ts'
import { readSourceOf } from '../pictures/source-image.ts'
import { readManifest } from './read-manifest.ts'
import type { WarmTrainer } from './warm-trainer.ts'

type ExplainInput = z.output<typeof models.explain.input>

/** Errors: not-found for the model, the picture or the class, bad-file where the picture cannot be read. */
export async function explainPicture(
  { projects, pictures }: CoreContext,
  { projectId, modelId, picture, explained }: ExplainInput,
  { warm, signal }: { readonly warm: WarmTrainer; readonly signal: AbortSignal },
): Promise<Explanation> {
  const project = projects.get(projectId)
  readManifest(project, modelId)
  const file =
    'uploadId' in picture
      ? pictures.uploadFile(projectId, picture.uploadId)
      : await fileOfImage(project, picture.imageId)
  await using trainer = await warm.borrow(signal)
  const modelFolder = project.layout.modelFolder(modelId)
  return await trainer.client.explain({ modelFolder, device: null, file, explained }, { signal })
}

async function fileOfImage(project: OpenProject, imageId: ImageId): Promise<string> {
  const row = project.reader
    .prepare<{ path: string; hash: string | null; message: string | null }>(
      'SELECT path, content_hash AS hash, unreadable_message AS message FROM image WHERE id = ?',
    )
    .get(imageId)
  if (row === undefined) throw new AppError('not-found', said`There is no image ${imageId} in this project.`)
  const hash = Sha256.safeParse(row.hash)
  if (!hash.success) throw new AppError('bad-file', said`${row.path} cannot be read. ${row.message ?? ''}`)
  const { file } = await readSourceOf(project, { imageId, contentHash: hash.data })
  return file
}
