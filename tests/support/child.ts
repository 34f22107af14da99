import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface TestChild {
  readonly process: ChildProcess
  /** Complete lines that it has printed by now. */
  lines(): string[]
  /** Resolves when it has ended and all that it printed has arrived. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
}

/** Starts a program of tests/support/children under the Node that runs the tests, by way of `prefix` if there is one. */
export function startChild(name: string, args: readonly string[], prefix: readonly string[] = []): TestChild {
  const file = join(import.meta.dirname, 'children', `${name}.ts`)
  const [command = process.execPath, ...rest] = [...prefix, process.execPath, file, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stderr }))
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return { process: child, lines: () => stdout.split('\n').slice(0, -1), ended }
}
