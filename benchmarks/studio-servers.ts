import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../tests/support/start-server.ts'
import { drawPictures } from './studio-folder.ts'

export interface Started {
  readonly url: string
  /** From the start of its process to its address. */
  readonly startMs: number
  close(): Promise<void>
}

/** The built server on a folder, with a per-user store of its own. */
export async function startStudio(imageFolder: string): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), 'athanor-home-'))
  const startedAtMs = performance.now()
  const server = await startServer([imageFolder], home)
  return {
    url: server.url,
    startMs: performance.now() - startedAtMs,
    close: async () => {
      await server.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const peerStyle = `body{margin:0}main{height:100vh;overflow-y:scroll;display:grid;gap:8px;padding:12px;
  grid-template-columns:repeat(auto-fill,minmax(146px,1fr))}
  figure{margin:0;height:170px;content-visibility:auto;contain-intrinsic-size:auto 146px auto 170px}
  img{width:100%;height:146px;object-fit:contain}`

/** A page that simply shows them all. */
export async function startPeer(imageCount: number): Promise<Started> {
  const pictures = await drawPictures(imageCount)
  const figures = Array.from(
    { length: imageCount },
    (_, at) => `<figure role="gridcell"><img src="/${at}.jpg" alt="" loading="lazy" decoding="async"></figure>`,
  )
  const html = `<!doctype html><title>All</title><style>${peerStyle}</style><main role="grid">${figures.join('')}</main>`
  const server = createServer((request, response) => {
    const at = /^\/(\d+)\.jpg$/.exec(request.url ?? '')?.[1]
    const body = at === undefined ? html : pictures[Number(at) % pictures.length]
    response.setHeader('content-type', at === undefined ? 'text/html' : 'image/jpeg')
    if (at !== undefined) response.setHeader('cache-control', 'private, max-age=31536000, immutable')
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The peer listens nowhere.')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    startMs: 0,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
