import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../../shared/errors.ts'
import { findRoot } from '../../core/processes/node-host.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'

export function registerServe(program: Command, context: Context): void {
  program
    .command('serve')
    .summary('open the studio in the browser')
    .description(
      'Serves the studio to the browser of this machine, until Ctrl-C. All further arguments go to the server.',
    )
    .argument('[folder]', 'the image folder to open')
    .argument('[arguments...]')
    .allowUnknownOption()
    .action(async (_folder: string | undefined, _words: string[], _options: object, command: Command) => {
      const child = spawn(process.execPath, [serverFile(), ...command.args], {
        cwd: context.workingFolder,
        stdio: 'inherit',
      })
      // The server ends by itself at the first Ctrl-C, which on a terminal reaches it as well.
      const passOn = (): void => {
        child.kill('SIGTERM')
      }
      context.interruption.answerWith(passOn)
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
      if (context.interruption.cause !== null) return context.setExitCode(context.interruption.exitCode)
      if (signal !== null) throw new AppError('process-died', `The server was ended by ${signal}.`)
      context.setExitCode(code ?? exitCodes.failed.code)
    })
}

/** The server's program beside this one: a bundle where this is one, else its source. */
function serverFile(): string {
  const root = findRoot(import.meta.dirname)
  const file = import.meta.filename.endsWith('.ts')
    ? join(root, 'src/main/server/index.ts')
    : join(root, 'out/main/server.js')
  if (existsSync(file)) return file
  throw new AppError('not-found', `The server ${file} is missing. Run npm run build in ${root}.`)
}
