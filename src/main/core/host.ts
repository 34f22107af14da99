import type { MenuCommand } from '../../shared/contract/shell.ts'

/** What core needs of the program that hosts it; Electron, the browser-mode server and the command line each give one. */
export interface Host {
  /** The plain Node that runs the child processes; never Electron's. */
  readonly nodeFile: string
  /** The program of each child process: a built bundle, or TypeScript that Node strips. */
  readonly entries: Readonly<Record<ProcessEntry, string>>
  /** Per-user store of backbones. */
  readonly storeFolder: string
  /** Backbones that come with Athanor, laid out as in the store; nothing is ever written there. */
  readonly shippedFolder: string
  /** Milliseconds since 1970; injected so that tests can turn the clock. */
  now(): number
  /** For the log: one line, no line break. */
  log(line: string): void
  /** Of hosts with a window or page; the command line has none. */
  readonly shell?: HostShell
}

/** The machine around the studio, as far as a host can reach it. */
export interface HostShell {
  readonly kind: 'desktop' | 'browser'
  /** Folders below which a page may look and open; absent: everywhere, because a native dialog chooses. */
  readonly roots?: () => readonly string[]
  /** The native dialog; null where the person gave up. */
  readonly chooseFolder?: (title: string) => Promise<string | null>
  readonly chooseSavePath?: (title: string, fileName: string) => Promise<string | null>
  /** Shows a file or folder in the file manager. */
  readonly reveal?: (path: string) => Promise<void>
  readonly setLanguage?: (language: 'en' | 'zh-CN') => void
  /** Absent where there is no menu. */
  readonly menuCommands?: (signal: AbortSignal) => AsyncIterable<MenuCommand>
}

export type ProcessEntry = 'imaging' | 'trainer'
