import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { findRoot } from '../../core/processes/node-host.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { locateProject } from '../locate-project.ts'
import { numberOf } from '../parse-arguments.ts'

const portNumber = z.int('expected a whole number').min(0).max(65_535)

export function registerServe(program: Command, context: Context): void {
  program
    .command('serve')
    .summary('open the studio in the browser')
    .description('Serves the studio to the browser of this machine, until Ctrl-C.')
    .argument('[folder]', 'the image folder to open; default: that of the project here, if there is one')
    .option('--port <port>', 'the port to listen on; 0 takes any that is free (default 8420)', numberOf(portNumber))
    .option(
      '--root <dir>',
      'a folder that the page may look into; can be given again (default: home and drives)',
      gather,
    )
    .option('--no-open', 'print the address only, without opening it in the browser')
    .option('--host <address>', 'the address to listen on (default 127.0.0.1)')
    .option('--allow-remote', 'let other machines reach that address; what they send can be read on the way')
    .action(async (folder: string | undefined, options: ServeOptions) => {
      const words = [...placeWords(context, folder), ...optionWords(options)]
      const child = spawn(process.execPath, [serverFile(), ...words], { cwd: context.workingFolder, stdio: 'inherit' })
      // On a terminal the server hears Ctrl-C itself; being told twice does it no harm.
      context.interruption.answerWith(() => child.kill('SIGTERM'))
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
      if (context.interruption.cause !== null) return context.setExitCode(context.interruption.exitCode)
      if (signal !== null) throw new AppError('process-died', said`The server was ended by ${signal}.`)
      context.setExitCode(code ?? exitCodes.failed.code)
    })
}

interface ServeOptions {
  readonly port?: number
  readonly root?: readonly string[]
  readonly open: boolean
  readonly host?: string
  readonly allowRemote?: boolean
}

function gather(root: string, earlier: readonly string[] = []): string[] {
  return [...earlier, root]
}

function optionWords({ port, root = [], open, host, allowRemote }: ServeOptions): string[] {
  return [
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...root.flatMap((folder) => ['--root', folder]),
    ...(open ? [] : ['--no-open']),
    ...(host === undefined ? [] : ['--host', host]),
    ...(allowRemote === true ? ['--allow-remote'] : []),
  ]
}

/** The folder and project as the server's arguments; without any it opens with none. */
function placeWords({ options: { project }, workingFolder }: Context, folder: string | undefined): string[] {
  try {
    const { imageFolder, projectFolder } = locateProject({ folder, project }, workingFolder)
    return [
      ...(imageFolder === null ? [] : [imageFolder]),
      ...(projectFolder === null ? [] : ['--project', projectFolder]),
    ]
  } catch (thrown) {
    if (folder === undefined && project === undefined) return []
    throw thrown
  }
}

/** The server's program beside this one: a bundle where this is one, else its source. */
function serverFile(): string {
  const root = findRoot(import.meta.dirname)
  const isSource = import.meta.filename.endsWith('.ts')
  const file = isSource ? join(root, 'src/main/server/index.ts') : join(root, 'out/main/server.js')
  if (existsSync(file)) return file
  throw new AppError('not-found', said`The server ${file} is missing. Run npm run build in ${root}.`)
}
