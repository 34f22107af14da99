import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename, delimiter } from 'node:path'
import { AppError, type AppErrorCode } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

const limitMs = 15 * 60_000
const tailCharacters = 2_000

export interface ProgramOptions {
  readonly cwd: string
  readonly signal: AbortSignal
  /** Where it looks for other programs first. */
  readonly pathFolders?: readonly string[]
  /** What it is where the program fails for a reason of its own. */
  readonly failure: AppErrorCode
}

/**
 * Runs a program to its end. Errors: not-found where it is not there, cancelled, disk-full and no-permission by its last
 * words, else `failure` with them.
 */
export async function runProgram(file: string, words: readonly string[], options: ProgramOptions): Promise<void> {
  const { cwd, signal, pathFolders = [], failure } = options
  const name = basename(file)
  const limit = AbortSignal.timeout(limitMs)
  const child = spawn(file, [...words], {
    ...{ cwd, windowsHide: true, signal: AbortSignal.any([signal, limit]) },
    env: { ...process.env, PATH: [...pathFolders, process.env['PATH'] ?? ''].join(delimiter) },
    // npm.cmd is for a shell; what is passed to it are names of ours.
    shell: file.endsWith('.cmd'),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let tail = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-tailCharacters)
  })
  const [code] = (await once(child, 'close').catch((thrown: unknown) => {
    if (signal.aborted) throw new AppError('cancelled', said`${name} was stopped.`)
    if (limit.aborted) throw new AppError(failure, said`${name} did not end in ${limitMs / 60_000} minutes.`)
    throw new AppError('not-found', said`${name} could not be run: ${String(thrown)}`, { cause: thrown })
  })) as [number | null]
  if (code === 0) return
  const last = tail.trim().split('\n').at(-1) ?? ''
  throw new AppError(codeOf(tail) ?? failure, said`${name} ended with code ${code ?? 0}: ${last}`)
}

/** What the system refused, where the words tell. */
function codeOf(words: string): AppErrorCode | null {
  if (/ENOSPC|No space left|EDQUOT/.test(words)) return 'disk-full'
  return /EACCES|EPERM|EROFS|Permission denied|Read-only file system/.test(words) ? 'no-permission' : null
}
