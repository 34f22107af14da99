import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { coreContract } from '../../shared/contract/index.ts'
import { toAppError, type AppErrorCode } from '../../shared/errors.ts'
import { createClient } from '../../shared/rpc/client.ts'
import { createMemoryChannels } from '../../shared/rpc/memory-channel.ts'
import { serve } from '../../shared/rpc/server.ts'
import { createCore, type Core } from '../core/create-core.ts'
import { createNodeHost, findRoot } from '../core/processes/node-host.ts'
import { startServer } from './start-server.ts'

const usage = `Serves Athanor to a browser on this machine.

  athanor serve [FOLDER] [--project DIR] [--port N]

  FOLDER         folder of images to open; another can be opened in the page
  --project DIR  where the project lies, for a folder that cannot be written to
  --port N       8420 by default; 0 takes any free port
`

/** What the person can put right in the command, as against what broke; they end with other exit codes. */
const wrongInputs: ReadonlySet<AppErrorCode> = new Set(['bad-input', 'not-found', 'conflict', 'no-project'])

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  if (values.help === true) return print(usage)
  const core = createCore(createNodeHost({ log: warn }))
  try {
    const [folder] = positionals
    if (folder !== undefined || values.project !== undefined) {
      await openProject(core, folder ?? null, values.project ?? null)
    }
    const server = await startServer({
      handlers: core.handlers,
      pictures: core.pictures,
      pageFolder: join(findRoot(import.meta.dirname), 'out/renderer'),
      port: Number(values.port),
      log: warn,
    })
    print(`Athanor is ready. Open this address in a browser on this machine; it works once:\n\n  ${server.url}\n`)
    await interrupted()
    print('Closing.')
    await server.close()
  } finally {
    await core.close()
  }
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      project: { type: 'string' },
      port: { type: 'string', default: '8420' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) throw new RangeError('--port is 0 to 65535')
  if (positionals.length > 1) throw new RangeError('one folder can be given')
  return { values, positionals }
}

/** Through the contract, as every caller does, so that the input is checked and completed. */
async function openProject(
  { handlers }: Core,
  imageFolder: string | null,
  projectFolder: string | null,
): Promise<void> {
  const [near, far] = createMemoryChannels()
  serve(coreContract, handlers, far)
  await createClient(coreContract, near).project.open({ imageFolder, projectFolder })
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
