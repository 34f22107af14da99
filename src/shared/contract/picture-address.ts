import { z } from 'zod'
import { ImageId, ProjectId, RunId, Sha256, UploadId } from '../domain/ids.ts'
import { AppErrorCode } from '../errors.ts'

/**
 * Pixels do not travel by calls: they have addresses on the page's own origin, by id and never by path. With the content
 * hash in it an address always gives the same bytes.
 */
export const PictureRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('thumbnail'), projectId: ProjectId, imageId: ImageId, contentHash: Sha256 }),
  /** At most `viewPx` on the longer side. */
  z.strictObject({ kind: z.literal('view'), projectId: ProjectId, imageId: ImageId, contentHash: Sha256 }),
  /** In its own size. */
  z.strictObject({ kind: z.literal('full'), projectId: ProjectId, imageId: ImageId, contentHash: Sha256 }),
  /** What the network saw in an epoch of a run: one strip of squares side by side. */
  z.strictObject({ kind: z.literal('seen'), projectId: ProjectId, runId: RunId, epoch: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('upload'), projectId: ProjectId, uploadId: UploadId }),
])
export type PictureRequest = z.infer<typeof PictureRequest>

export const viewPx = 2048

/** POST the bytes of one image file to it; answers `UploadAnswer` as JSON. */
export const uploadAddress = (projectId: ProjectId) => `/uploads/${projectId}`

export const uploadBytesMax = 64 * 2 ** 20

/** What became of an upload; a refusal says for a person what is wrong with the file. */
export const UploadAnswer = z.union([
  z.strictObject({ uploadId: UploadId }),
  z.strictObject({ error: z.strictObject({ code: AppErrorCode, message: z.string() }) }),
])
export type UploadAnswer = z.infer<typeof UploadAnswer>

/** Undefined where the path is no address for uploads. */
export function parseUploadAddress(path: string): ProjectId | undefined {
  const [start, folder, projectId, ...more] = path.split('/')
  if (start !== '' || folder !== 'uploads' || more.length > 0) return undefined
  return ProjectId.safeParse(projectId).data
}

export function pictureAddress(request: PictureRequest): string {
  const { kind, projectId } = request
  const rest =
    'imageId' in request
      ? `${request.imageId}/${request.contentHash}`
      : 'runId' in request
        ? `${request.runId}/${request.epoch}`
        : request.uploadId
  return `/pictures/${projectId}/${kind}/${rest}`
}

/** Undefined where the path is no address of a picture. */
export function parsePictureAddress(path: string): PictureRequest | undefined {
  const [start, folder, projectId, kind, first, second, ...more] = path.split('/')
  if (start !== '' || folder !== 'pictures' || more.length > 0) return undefined
  const number = (text: string | undefined) =>
    text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  const request =
    kind === 'upload'
      ? { kind, projectId, uploadId: first }
      : kind === 'seen'
        ? { kind, projectId, runId: first, epoch: number(second) }
        : { kind, projectId, imageId: number(first), contentHash: second }
  if (kind === 'upload' && second !== undefined) return undefined
  const parsed = PictureRequest.safeParse(request)
  return parsed.success ? parsed.data : undefined
}
