import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { said, type Said } from '../../shared/said.ts'
import { createClient } from '../../shared/rpc/client.ts'
import type { Client } from '../../shared/rpc/endpoint.ts'
import { processChannel } from '../../shared/rpc/process-channel.ts'
import { verifierContract } from './verifier-contract.ts'

export interface Verifier {
  readonly client: Client<typeof verifierContract>['verifier']
  /** Why it ended by itself, for an error message; null while it runs. */
  diedOf(): Said | null
  close(): Promise<void>
}

const stderrTailCharacters = 4_096
const graceMs = 2_000

/** Starts a fresh process of the Node that runs this one, which is a plain one in every host. */
export function startVerifier(): Verifier {
  const child = spawn(process.execPath, [verifierFile()], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  })
  let tail = ''
  let death: Said | null = null
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-stderrTailCharacters)
  })
  const ended = once(child, 'exit').then(
    ([code, signal]) => {
      const lastLine = tail.trim().split('\n').at(-1) ?? ''
      death =
        lastLine === ''
          ? said`it ended with ${String(signal ?? code)}`
          : said`it ended with ${String(signal ?? code)}: ${lastLine}`
    },
    (error: unknown) => {
      death = said`it could not be started: ${error instanceof Error ? error.message : String(error)}`
    },
  )
  const channel = processChannel(child)
  return {
    client: createClient(verifierContract, channel).verifier,
    diedOf: () => death,
    close: async () => {
      channel.close()
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Beside the trainer's own program: the source where this one runs from source, the bundle where it is bundled. */
function verifierFile(): string {
  if (import.meta.filename.endsWith('.ts')) return join(import.meta.dirname, '..', 'verifier-entry.ts')
  const [, program] = process.argv
  if (program === undefined) throw new AppError('internal', said`The program that checks exports cannot be found.`)
  return join(dirname(program), 'verifier.js')
}
