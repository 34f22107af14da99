import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

export interface PageFile {
  readonly contentType: string
  /** Built files that carry a hash in their name may be kept for ever, the others not at all. */
  readonly cacheControl: string
  read(): Promise<Uint8Array<ArrayBuffer>>
}

/** The files of the page by the path that they are asked for under, `/` included. */
export type PageFiles = ReadonlyMap<string, PageFile>

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/**
 * Lists the built page once. Requests are looked up in this list and never turned into a path, so nothing outside of it
 * can be asked for. Throws not-found where the page has not been built.
 */
export function readPageFiles(folder: string): PageFiles {
  const files = new Map<string, PageFile>()
  for (const entry of listFiles(folder)) {
    const file = join(entry.parentPath, entry.name)
    const contentType = contentTypes[extname(file)]
    if (contentType === undefined) continue
    const path = `/${relative(folder, file).split(sep).join('/')}`
    const cacheControl = path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store'
    files.set(path, { contentType, cacheControl, read: () => readFile(file) })
  }
  const start = files.get('/index.html')
  if (start === undefined) throw new AppError('not-found', said`The page is not built: ${folder} has no index.html.`)
  return files.set('/', start)
}

function listFiles(folder: string) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  } catch (cause) {
    throw new AppError('not-found', said`The page is not built: ${folder} cannot be read. Run npm run build.`, {
      cause,
    })
  }
}
