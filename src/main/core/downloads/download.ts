import { createReadStream } from 'node:fs'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import { toDiskError } from './disk-error.ts'

export interface Download {
  readonly url: string
  /** Where the bytes go; what an earlier try left there is gone on with. */
  readonly file: string
  readonly sizeBytes: number
  /** Null where nobody knows it. */
  readonly sha256: string | null
  /** How to come by the file without a network. */
  readonly otherwise: Said
  readonly signal: AbortSignal
  /** Gives up when nothing arrives for so long. */
  readonly idleTimeoutMs?: number
}

export type DownloadEvent = { readonly kind: 'downloading'; readonly doneBytes: number } | { readonly kind: 'checking' }

const defaultIdleTimeoutMs = 30_000

/**
 * Brings `file` to `sizeBytes` bytes, with the given sha256 where there is one, from where an earlier try ended. An end before that leaves
 * the partial file for the next try; a file that turns out wrong is removed.
 * Errors: offline, checksum, disk-full, no-permission, cancelled.
 */
export async function* download(job: Download): AsyncGenerator<DownloadEvent, void> {
  await mkdir(dirname(job.file), { recursive: true }).catch((thrown: unknown) => {
    throw toDiskError(thrown, dirname(job.file))
  })
  const have = await sizeOf(job.file)
  if (have > job.sizeBytes) await rm(job.file)
  if (have !== job.sizeBytes) yield* receive(job, have > job.sizeBytes ? 0 : have)
  yield { kind: 'checking' }
  if (job.sha256 === null) return
  const found = await sha256Of(job.file)
  if (found === job.sha256) return
  await rm(job.file)
  throw new AppError(
    'checksum',
    said`What ${job.url} sent is not the expected file (sha256 ${found.slice(0, 12)}… instead of
      ${job.sha256.slice(0, 12)}…), so it was removed. Try again; if it happens again, do not trust this source.`,
  )
}

async function* receive(job: Download, startBytes: number): AsyncGenerator<DownloadEvent, void> {
  const idle = new AbortController()
  const idleTimeoutMs = job.idleTimeoutMs ?? defaultIdleTimeoutMs
  const timer = setTimeout(() => idle.abort(), idleTimeoutMs)
  try {
    const signal = AbortSignal.any([job.signal, idle.signal])
    const headers: Record<string, string> = startBytes > 0 ? { range: `bytes=${startBytes}-` } : {}
    // Compressed on the way, the ranges of a resumed download would not be those of the file.
    const response = await fetch(job.url, { signal, headers: { ...headers, 'accept-encoding': 'identity' } })
    if (response.body === null || (response.status !== 200 && response.status !== 206)) {
      throw offline(job, said`the server answered ${response.status} ${response.statusText}`)
    }
    // A server that does not know ranges sends the whole file with 200.
    const offset = response.status === 206 ? startOf(response, job) : 0
    if (offset !== startBytes && offset !== 0) throw offline(job, said`the server sent another part than was asked for`)
    yield* write(job, offset, response.body, () => timer.refresh())
  } catch (thrown) {
    if (job.signal.aborted)
      throw new AppError('cancelled', said`The download was stopped; the next one goes on from here.`)
    if (idle.signal.aborted) throw offline(job, said`nothing arrived for ${Math.round(idleTimeoutMs / 1000)} seconds`)
    if (thrown instanceof AppError) throw thrown
    throw isFromDisk(thrown) ? toDiskError(thrown, job.file) : offline(job, reasonOf(thrown), thrown)
  } finally {
    clearTimeout(timer)
  }
}

async function* write(
  job: Download,
  offset: number,
  body: AsyncIterable<Uint8Array>,
  onArrival: () => void,
): AsyncGenerator<DownloadEvent, void> {
  const handle = await open(job.file, offset > 0 ? 'r+' : 'w')
  let doneBytes = offset
  try {
    yield { kind: 'downloading', doneBytes }
    for await (const chunk of body) {
      onArrival()
      if (doneBytes + chunk.byteLength > job.sizeBytes) {
        await handle.truncate(0)
        throw new AppError('checksum', said`${job.url} sent more than the ${job.sizeBytes} bytes that the file has.`)
      }
      await handle.write(chunk, 0, chunk.byteLength, doneBytes)
      doneBytes += chunk.byteLength
      yield { kind: 'downloading', doneBytes }
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (doneBytes < job.sizeBytes)
    throw offline(job, said`the connection ended after ${doneBytes} of ${job.sizeBytes} bytes`)
}

/** The first byte that a partial answer holds. */
function startOf(response: Response, job: Download): number {
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
  if (range === null) throw offline(job, said`the server sent a part without saying which`)
  return Number(range[1])
}

function offline(job: Download, reason: Said, cause?: unknown): AppError {
  return new AppError(
    'offline',
    said`Can't download ${job.url}: ${reason}. What arrived is kept, so trying again goes on from there. ${job.otherwise}`,
    { cause },
  )
}

/** fetch says "fetch failed" and keeps the reason in its cause. */
function reasonOf(thrown: unknown): Said {
  const cause: unknown = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown
  if (!(cause instanceof Error)) return said`${String(cause)}`
  const code: unknown = Reflect.get(cause, 'code')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return said`no network, or the server cannot be found`
  if (code === 'ECONNREFUSED') return said`the server refused the connection`
  if (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET') return said`the connection broke`
  return said`${cause.message}`
}

function isFromDisk(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'syscall' in thrown &&
    ['open', 'write', 'fsync', 'ftruncate'].includes(String(thrown.syscall))
  )
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
