import { join, resolve } from 'node:path'
import { coreContract } from '../../shared/contract/index.ts'
import { toAppError, type AppErrorCode } from '../../shared/errors.ts'
import { createClient } from '../../shared/rpc/client.ts'
import { createMemoryChannels } from '../../shared/rpc/memory-channel.ts'
import { serve } from '../../shared/rpc/server.ts'
import { createCore, type Core } from '../core/create-core.ts'
import type { HostShell } from '../core/host.ts'
import { createNodeHost, findRoot } from '../core/processes/node-host.ts'
import { readNotedImageFolder } from '../core/project/noted-image-folder.ts'
import { defaultRoots } from './default-roots.ts'
import { hasDesktop, openBrowser, revealInFileManager } from './outside-programs.ts'
import { readArguments, type ServerArguments, usage } from './read-arguments.ts'
import { startServer } from './start-server.ts'

/** What the person can put right in the command, as against what broke; they end with other exit codes. */
const wrongInputs: ReadonlySet<AppErrorCode> = new Set(['bad-input', 'not-found', 'conflict', 'no-project'])

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2))
  if (given === null) return print(usage)
  const core = createCore(createNodeHost({ log: warn, shell: browserShell(given) }))
  try {
    if (given.folder !== null || given.projectFolder !== null) await openProject(core, given)
    const server = await startServer({
      handlers: core.handlers,
      pictures: core.pictures,
      pageFolder: join(findRoot(import.meta.dirname), 'out/renderer'),
      port: given.port,
      address: given.address,
      log: warn,
    })
    await invite(server.url, given)
    await interrupted()
    print('Closing.')
    await server.close()
  } finally {
    await core.close()
  }
}

function browserShell({ folder, projectFolder, roots, isRemote }: ServerArguments): HostShell {
  const named = [folder, projectFolder, notedFolder(folder, projectFolder)].filter((path) => path !== null)
  return {
    kind: 'browser',
    // Drives come and go.
    roots: () => [...(roots ?? defaultRoots()), ...named.map((path) => resolve(path))],
    ...(hasDesktop() && !isRemote ? { reveal: revealInFileManager } : {}),
  }
}

/** The images of a project that lies apart, where only the project is named. */
function notedFolder(folder: string | null, projectFolder: string | null): string | null {
  try {
    return folder === null && projectFolder !== null ? readNotedImageFolder(projectFolder) : null
  } catch {
    // Opening it says what is wrong.
    return null
  }
}

/** Prints the address, and opens it where a person sits before a screen of this machine. */
async function invite(url: string, { isRemote, mayOpen }: ServerArguments): Promise<void> {
  const where = isRemote ? 'a browser' : 'a browser on this machine'
  print(`Athanor is ready. Open this address in ${where}; it works once:\n\n  ${url}\n`)
  if (isRemote) {
    return warn(
      'Other machines can reach this address. Nothing is encrypted on the way: whoever can listen to the network can ' +
        'read your pictures and take over this session. An SSH tunnel is safer.',
    )
  }
  if (!mayOpen || !process.stdout.isTTY || !hasDesktop()) return
  await openBrowser(url).catch((error: unknown) => warn(toAppError(error).message))
}

/** Through the contract, as every caller does, so that the input is checked and completed. */
async function openProject({ handlers }: Core, { folder, projectFolder }: ServerArguments): Promise<void> {
  const [near, far] = createMemoryChannels()
  serve(coreContract, handlers, far)
  await createClient(coreContract, near).project.open({ imageFolder: folder, projectFolder })
  near.close()
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

// Whoever read the address may go away; that is no reason to end.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)
try {
  await main()
} catch (error) {
  const isUsage = isUsageError(error)
  const { code, message } = toAppError(error)
  warn(isUsage ? `${message}\n\n${usage}` : message)
  process.exitCode = isUsage || wrongInputs.has(code) ? 2 : 1
}

function isUsageError(error: unknown): boolean {
  return (
    error instanceof RangeError ||
    (error instanceof TypeError && String(Reflect.get(error, 'code')).startsWith('ERR_PARSE_ARGS'))
  )
}
