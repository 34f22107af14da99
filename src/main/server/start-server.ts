import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CoreContract } from '../../shared/contract/index.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { Handlers } from '../../shared/rpc/endpoint.ts'
import { pageHeaders } from '../core/page/page-headers.ts'
import { readPageFiles } from '../core/page/read-page-files.ts'
import type { Pictures } from '../core/pictures/pictures.ts'
import { acceptSockets } from './accept-sockets.ts'
import { createAccess } from './access.ts'
import { answerRequest } from './answer-request.ts'
import { namesOf } from './names-of-address.ts'

export interface ServerOptions {
  readonly handlers: Handlers<CoreContract>
  readonly pictures: Pick<Pictures, 'answer'>
  /** Holds the built page. */
  readonly pageFolder: string
  /** 0 takes any free one. */
  readonly port: number
  /** An address of this machine; loopback unless the person said otherwise. */
  readonly address?: string
  readonly log: (line: string) => void
}

export interface RunningServer {
  /** With the one-time token; for the person who started it, and nobody else. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Whoever reaches core can read files of its user, so by default nobody but this machine can. */
const loopback = '127.0.0.1'
const maxConnections = 256

/** Serves the page and core to a browser on this machine. Throws conflict where the port is taken. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const page = readPageFiles(options.pageFolder)
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 })
  server.maxConnections = maxConnections
  const address = options.address ?? loopback
  const port = await listen(server, options.port, address)
  const names = namesOf(address)
  const hosts = names.map((name) => `${name}:${port}`)
  const access = createAccess(port, hosts)
  // 'self' does not cover WebSockets in every browser.
  const headers = pageHeaders(["'self'", ...hosts.map((host) => `ws://${host}`)])
  server.on('request', (request, response) => {
    answerRequest(request, response, { access, page, headers, pictures: options.pictures }).catch((error: unknown) => {
      // Without its address, which may hold the token.
      options.log(`A request failed: ${String(error)}`)
      response.destroy()
    })
  })
  const sockets = acceptSockets(server, { access, handlers: options.handlers, log: options.log })
  return {
    url: `http://${names[0]}:${port}/?token=${access.token}`,
    port,
    close: async () => {
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listen(server: Server, port: number, address: string): Promise<number> {
  server.listen({ host: address, port })
  try {
    await once(server, 'listening')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new AppError(
      'conflict',
      said`Port ${port} of ${address} cannot be used (${reason}). Choose another with --port.`,
      {
        cause,
      },
    )
  }
  // A server that listens on TCP has an address of this form.
  return (server.address() as AddressInfo).port
}
