import { join } from 'node:path'
import type { Host } from '../../../src/main/core/host.ts'
import { createNodeHost, type NodeHostOptions } from '../../../src/main/core/processes/node-host.ts'

export { createNodeHost as createWholeHost }

/** The host of a program that runs from source, whose trainers have thin networks. */
export function createThinHost(options: NodeHostOptions = {}): Host {
  const host = createNodeHost(options)
  return { ...host, entries: { ...host.entries, trainer: join(import.meta.dirname, 'trainer.ts') } }
}
