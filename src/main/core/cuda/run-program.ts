import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename, delimiter } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

const limitMs = 15 * 60_000
const tailCharacters = 2_000

export interface ProgramOptions {
  readonly cwd: string
  readonly signal: AbortSignal
  /** Where it looks for other programs first. */
  readonly pathFolders?: readonly string[]
}

/** Runs a program to its end. Errors: not-found, cancelled, and offline with its last words where it fails. */
export async function runProgram(file: string, words: readonly string[], options: ProgramOptions): Promise<void> {
  const { cwd, signal, pathFolders = [] } = options
  const path = [...pathFolders, process.env['PATH'] ?? ''].join(delimiter)
  const child = spawn(file, [...words], {
    ...{ cwd, env: { ...process.env, PATH: path }, windowsHide: true },
    // npm.cmd is for a shell; what is passed to it are names of ours.
    shell: file.endsWith('.cmd'),
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
  })
  let tail = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-tailCharacters)))
  const name = basename(file)
  const [code] = (await once(child, 'close').catch((thrown: unknown) => {
    if (signal.aborted) throw new AppError('cancelled', said`${name} was stopped.`)
    throw new AppError('not-found', said`${name} could not be run: ${String(thrown)}`, { cause: thrown })
  })) as [number | null]
  if (code === 0) return
  const last = tail.trim().split('\n').at(-1) ?? ''
  throw new AppError('offline', said`${name} ended with code ${code ?? 0}: ${last}`)
}
