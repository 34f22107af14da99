import { webpSidePxMax } from '../../../shared/contract/imaging.ts'
import {
  parsePictureAddress,
  parseUploadAddress,
  type PictureRequest,
  viewPx,
} from '../../../shared/contract/picture-address.ts'
import type { ProjectId, UploadId } from '../../../shared/domain/ids.ts'
import { toAppError } from '../../../shared/errors.ts'
import type { OpenProjects } from '../core-context.ts'
import type { Host } from '../host.ts'
import { answerPicture, answerUpload, type PictureAnswer, refusePicture } from './picture-answers.ts'
import { createRenderer } from './renderer.ts'
import { readSeen } from './read-seen.ts'
import { readSourceOf } from './source-image.ts'
import { createThumbnails } from './thumbnails.ts'
import { createUploads } from './uploads.ts'

/** One request of the page, whichever host it came to. */
export interface PictureAsk {
  readonly method: string
  /** Without a query. */
  readonly path: string
  /** Null where it is larger than that. */
  readBody(bytesMax: number): Promise<Uint8Array | null>
}

/** Pixels for the page: what its `<img>` and uploads ask for. */
export interface Pictures {
  /** Undefined where the path is no address of pictures. Never throws: what fails is an answer too. */
  answer(ask: PictureAsk): Promise<PictureAnswer | undefined>
  /** The file of a picture that was handed over before. Errors: not-found. */
  uploadFile(projectId: ProjectId, uploadId: UploadId): string
  close(): Promise<void>
}

export function createPictures(host: Host, projects: OpenProjects): Pictures {
  const renderer = createRenderer(host)
  const thumbnails = createThumbnails(renderer, host)
  const uploads = createUploads(renderer)

  async function readWebp(request: PictureRequest): Promise<Uint8Array<ArrayBuffer>> {
    const project = projects.get(request.projectId)
    if (request.kind === 'seen') return readSeen(project.layout.runFolder(request.runId), request.epoch)
    if (request.kind === 'upload') {
      const file = uploads.fileOf(request.projectId, request.uploadId)
      return renderer.render({ file, sidePxMax: viewPx, contentHash: null })
    }
    const source = await readSourceOf(project, request)
    if (request.kind === 'thumbnail') return thumbnails.get(project, source)
    return renderer.render({ ...source, sidePxMax: request.kind === 'view' ? viewPx : webpSidePxMax })
  }

  async function answerAddress(ask: PictureAsk, request: PictureRequest): Promise<PictureAnswer> {
    if (ask.method !== 'GET' && ask.method !== 'HEAD') return refusePicture(405, 'Only GET and HEAD are answered.')
    return answerPicture(request, await readWebp(request))
  }

  async function accept(ask: PictureAsk, projectId: ProjectId): Promise<PictureAnswer> {
    if (ask.method !== 'POST') return refusePicture(405, 'Only POST is answered.')
    projects.get(projectId)
    return answerUpload(await uploads.keep(projectId, (bytesMax) => ask.readBody(bytesMax)))
  }

  return {
    async answer(ask) {
      const uploadTo = parseUploadAddress(ask.path)
      const request = parsePictureAddress(ask.path)
      try {
        if (uploadTo !== undefined) return await accept(ask, uploadTo)
        return request === undefined ? undefined : await answerAddress(ask, request)
      } catch (thrown) {
        const error = toAppError(thrown)
        if (error.code === 'internal') host.log(`A picture could not be shown: ${error.message}`)
        return uploadTo === undefined ? refusePicture(error) : answerUpload(error)
      }
    },
    uploadFile: (projectId, uploadId) => uploads.fileOf(projectId, uploadId),
    async close() {
      thumbnails.close()
      await renderer.close()
      await uploads.close()
    },
  }
}
