import { CommanderError } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { athanorVersion } from '../core/system/read-versions.ts'
import type { Context, GlobalOptions } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { createInterruption, listenForInterruption } from './interruption.ts'
import { openCore, type OpenCore } from './open-core.ts'
import { createTerminal } from './output/terminal.ts'
import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'

/** The command line: reads the arguments, runs the command, closes core, and ends with the documented exit code. */
async function main(words: readonly string[]): Promise<number> {
  const terminal = createTerminal(process.stdout, process.stderr)
  const interruption = createInterruption(Date.now, (code) => process.exit(code))
  let options: GlobalOptions = { project: undefined, verbose: false }
  let exitCode: number = exitCodes.ok.code
  let open: OpenCore | undefined

  const context: Context = {
    get options() {
      return options
    },
    terminal,
    interruption,
    core: async () => {
      open ??= openCore((line) => {
        if (options.verbose) terminal.note(line)
      })
      return Promise.resolve(open.client)
    },
    workingFolder: process.cwd(),
    now: Date.now,
    setExitCode: (code) => {
      exitCode = code
    },
  }
  const program = createProgram(context, {
    version: athanorVersion(),
    onOptions: ({ json, ...rest }) => {
      terminal.setJson(json)
      options = rest
    },
  })
  // Nothing that goes wrong shows a person a stack unasked, wherever it was thrown.
  const giveUp = (thrown: unknown): never => process.exit(reportError(terminal, thrown, options))
  process.on('uncaughtException', giveUp)
  listenForInterruption(interruption, (cause) =>
    giveUp(new AppError('disk-full', said`The output can't be written: ${cause.message}.`, { cause })),
  )
  try {
    await program.parseAsync(words.length === 0 ? ['--help'] : words, { from: 'user' })
  } catch (thrown) {
    exitCode = endOf(thrown)
  }
  try {
    await open?.close()
  } catch (thrown) {
    exitCode = reportError(terminal, thrown, options)
  }
  await outputWritten()
  return interruption.cause === 'SIGPIPE' ? interruption.exitCode : exitCode

  function endOf(thrown: unknown): number {
    // Commander has shown what is wrong, or the help or version that was asked for.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok.code : exitCodes.badInput.code
    if (interruption.cause === 'SIGPIPE') return interruption.exitCode
    const code = reportError(terminal, thrown, options)
    return interruption.cause === null ? code : interruption.exitCode
  }
}

/** Resolves when all output has left, and after the listeners have been told where it could not. */
function outputWritten(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write('', () => setImmediate(resolve))
  })
}

// Native libraries may keep the event loop alive.
process.exit(await main(process.argv.slice(2)))
