import type { PictureRequest, UploadAnswer } from '../../../shared/contract/picture-address.ts'
import type { UploadId } from '../../../shared/domain/ids.ts'
import { type AppError, type AppErrorCode, isAppError } from '../../../shared/errors.ts'

/** An answer over HTTP or over the desktop's own scheme; its headers go beside or over those of every answer. */
export interface PictureAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

/** A picture opened as a page of its own may do nothing at all, whatever a decoder can be made to see in it. */
const lifeless = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
}

const statuses: Partial<Record<AppErrorCode, number>> = {
  'not-found': 404,
  'bad-file': 422,
  'bad-input': 413,
  'no-permission': 403,
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

export function answerPicture(request: PictureRequest, webp: Uint8Array<ArrayBuffer>): PictureAnswer {
  // A run that is resumed draws an epoch again; everything else is named after its content.
  const isImmutable = request.kind !== 'seen'
  const cacheControl = isImmutable ? 'private, max-age=31536000, immutable' : 'private, no-cache'
  return {
    status: 200,
    headers: { ...lifeless, 'content-type': 'image/webp', 'cache-control': cacheControl },
    body: webp,
  }
}

export function answerUpload(outcome: UploadId | AppError): PictureAnswer {
  const answer: UploadAnswer = isAppError(outcome)
    ? { error: { code: outcome.code, message: outcome.message } }
    : { uploadId: outcome }
  return {
    status: isAppError(outcome) ? (statuses[outcome.code] ?? 500) : 200,
    headers: { ...lifeless, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: bytesOf(JSON.stringify(answer)),
  }
}

export function refusePicture(why: AppError | number, text = ''): PictureAnswer {
  const status = typeof why === 'number' ? why : (statuses[why.code] ?? 500)
  return {
    status,
    headers: { ...lifeless, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: bytesOf(`${typeof why === 'number' ? text : why.message}\n`),
  }
}
