import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const entry = join(import.meta.dirname, '..', '..', 'src', 'main', 'cli', 'index.ts')

export interface CliResult {
  /** Null where a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCli {
  readonly child: ChildProcess
  readonly result: Promise<CliResult>
  /** What a terminal sends when Ctrl-C is pressed: to every process of the group. */
  pressCtrlC(): void
  /** Resolves when standard error or output has this text; rejects when the command ends without it. */
  says(text: string): Promise<void>
}

export interface CliPlace {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the real command line from its source. */
export function startCli(words: readonly string[], { cwd, env = {} }: CliPlace): RunningCli {
  const child = spawn(process.execPath, [entry, ...words], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, as the shell makes one for a command.
    detached: true,
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text))
  const result = once(child, 'close').then(([code]) => ({ code: code as number | null, ...written }))
  return {
    child,
    result,
    pressCtrlC: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
    },
    says: async (text) => {
      let isOver = false
      void result.then(() => (isOver = true))
      while (!(written.stdout + written.stderr).includes(text)) {
        if (isOver) throw new Error(`It ended without "${text}":\n${written.stdout}\n${written.stderr}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

export function runCli(words: readonly string[], place: CliPlace): Promise<CliResult> {
  return startCli(words, place).result
}

/** The one JSON value on standard output. */
export async function runCliJson(words: readonly string[], place: CliPlace): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli([...words, '--json'], place)
  if (code !== 0) throw new Error(`athanor ${words.join(' ')} ended with ${String(code)}: ${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}
