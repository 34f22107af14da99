import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isLoopback } from './names-of-address.ts'

export const usage = `Serves Athanor to a browser on this machine.

  athanor serve [FOLDER] [--project DIR] [--port N] [--root DIR] [--no-open]

  FOLDER          folder of images to open; another can be opened in the page
  --project DIR   where the project lies, for a folder that cannot be written to
  --port N        8420 by default; 0 takes any free port
  --root DIR      a folder that the page may look into and open from; can be given again.
                  Without it: the home folder and the drives that are connected
  --no-open       print the address only, without opening it in the browser
  --host ADDRESS  127.0.0.1 by default. Any address that other machines can reach needs
  --allow-remote  as well: what is sent is not encrypted. An SSH tunnel is safer:
                  ssh -L 8420:127.0.0.1:8420 THIS-MACHINE
`

export interface ServerArguments {
  readonly folder: string | null
  readonly projectFolder: string | null
  /** Absolute; null where none is given. */
  readonly roots: readonly string[] | null
  readonly address: string
  readonly port: number
  readonly isRemote: boolean
  /** Unless the person said no. */
  readonly mayOpen: boolean
}

/** Null where only the usage is wanted. Throws RangeError, or the TypeError of parseArgs. */
export function readArguments(words: readonly string[]): ServerArguments | null {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      project: { type: 'string' },
      port: { type: 'string', default: '8420' },
      root: { type: 'string', multiple: true },
      'no-open': { type: 'boolean' },
      host: { type: 'string', default: '127.0.0.1' },
      'allow-remote': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return null
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) throw new RangeError('--port is 0 to 65535')
  if (positionals.length > 1) throw new RangeError('one folder can be given')
  const isRemote = !isLoopback(values.host)
  if (isRemote && values['allow-remote'] !== true) {
    throw new RangeError(`--host ${values.host} can be reached from other machines; add --allow-remote if you mean it`)
  }
  return {
    folder: positionals[0] ?? null,
    projectFolder: values.project ?? null,
    roots: values.root?.map((root) => resolve(root)) ?? null,
    address: values.host,
    port: Number(values.port),
    isRemote,
    mayOpen: values['no-open'] !== true,
  }
}
