import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export interface StartedServer {
  /** With the token that is good for one visit. */
  readonly url: string
  /** Resolves when its process has ended. */
  close(): Promise<void>
}

const program = join(import.meta.dirname, '../../out/main/server.js')

/** The built server as a process of its own on a free port; resolves when it has printed its address. */
export async function startServer(words: readonly string[], storeFolder: string): Promise<StartedServer> {
  const server = spawn(process.execPath, [program, ...words, '--port', '0', '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ATHANOR_HOME: storeFolder },
  })
  const ended = once(server, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    let printed = ''
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const found = /http:\/\/\S+/.exec(printed)?.[0]
      if (found !== undefined) resolve(found)
    })
    ended.then(([code]) => reject(new Error(`the server ended with ${String(code)}`)), reject)
  })
  return {
    url,
    close: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}
