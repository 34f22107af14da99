import type { CoreContract } from '../../shared/contract/index.ts'
import type { Client } from '../../shared/rpc/endpoint.ts'
import type { Interruption } from './interruption.ts'
import type { Terminal } from './output/terminal.ts'

/** What every command understands. */
export interface GlobalOptions {
  readonly project: string | undefined
  readonly verbose: boolean
}

/** What a command works with. */
export interface Context {
  readonly options: GlobalOptions
  readonly terminal: Terminal
  readonly interruption: Interruption
  /** The services; opened when they are first asked for, closed when the command has ended. */
  readonly core: () => Promise<Client<CoreContract>>
  /** Absolute; relative paths of the command line start here. */
  readonly workingFolder: string
  readonly now: () => number
  /** How the command ends where it reports a failure itself. */
  readonly setExitCode: (code: number) => void
}
