import { setTimeout as sleep } from 'node:timers/promises'
import { imaging } from '../../../shared/contract/imaging.ts'
import { trainer } from '../../../shared/contract/trainer.ts'
import { createClient } from '../../../shared/rpc/client.ts'
import type { Client, Contract } from '../../../shared/rpc/endpoint.ts'
import type { Host, ProcessEntry } from '../host.ts'
import type { ProcessExit } from './process-exit.ts'
import { spawnNode } from './spawn-node.ts'

/** What the processes serve: one service each, under the entry's name. */
export const trainerContract = { trainer } satisfies Contract
export const imagingContract = { imaging } satisfies Contract

/** A child process with the client of what it serves. Its death rejects all that is under way with `process-died`. */
export interface OpenProcess<C> {
  readonly client: C
  readonly pid: number | undefined
  readonly exited: Promise<ProcessExit>
  /** Lets it finish its clean-up, kills it where that takes longer than `graceMs`, and waits until it is gone. */
  close(graceMs?: number): Promise<void>
}

const defaultGraceMs = 5_000

export function openTrainer(host: Host): OpenProcess<Client<typeof trainerContract>['trainer']> {
  const { client, ...rest } = open(host, 'trainer', trainerContract)
  return { client: client.trainer, ...rest }
}

export function openImaging(host: Host): OpenProcess<Client<typeof imagingContract>['imaging']> {
  const { client, ...rest } = open(host, 'imaging', imagingContract)
  return { client: client.imaging, ...rest }
}

function open<C extends Contract>(host: Host, entry: ProcessEntry, contract: C): OpenProcess<Client<C>> {
  const child = spawnNode(host, entry)
  return {
    client: createClient(contract, child.channel),
    pid: child.pid,
    exited: child.exited,
    close: async (graceMs = defaultGraceMs) => {
      child.channel.close()
      const timer = new AbortController()
      const isGone = await Promise.race([
        child.exited.then(() => true),
        sleep(graceMs, false, { signal: timer.signal }).catch(() => false),
      ])
      timer.abort()
      if (isGone) return
      // Without any grace it was to be killed.
      if (graceMs > 0) host.log(`The ${entry} process did not end in ${graceMs} ms and was killed.`)
      child.kill()
      await child.exited
    },
  }
}
