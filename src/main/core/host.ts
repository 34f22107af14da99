/** What core needs of the program that hosts it; Electron, the browser-mode server and the command line each give one. */
export interface Host {
  /** The plain Node that runs the child processes; never Electron's. */
  readonly nodeFile: string
  /** The program of each child process: a built bundle, or TypeScript that Node strips. */
  readonly entries: Readonly<Record<ProcessEntry, string>>
  /** Per-user store of backbones. */
  readonly storeFolder: string
  /** Milliseconds since 1970; injected so that tests can turn the clock. */
  now(): number
  /** For the log: one line, no line break. */
  log(line: string): void
}

export type ProcessEntry = 'imaging' | 'trainer'
