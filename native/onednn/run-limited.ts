import { spawnSync } from 'node:child_process'

export interface Ran {
  readonly hasSucceeded: boolean
  readonly isOutOfTime: boolean
  /** What it wrote to standard output. */
  readonly output: string
  /** What it wrote to standard error, or why it did not start. */
  readonly errors: string
}

interface Limits {
  readonly limitMs: number
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program to its end or to its limit; one that is missing has not succeeded. Never throws. */
export function runLimited(command: string, args: readonly string[], { limitMs, cwd, env }: Limits): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: env ?? process.env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 26,
  })
  return {
    hasSucceeded: status === 0,
    isOutOfTime: error !== undefined && 'code' in error && error.code === 'ETIMEDOUT',
    // Null where it did not start, whatever the types say.
    output: String(stdout ?? ''),
    errors: String(stderr ?? error?.message ?? ''),
  }
}
