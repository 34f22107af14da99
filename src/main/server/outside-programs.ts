import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'

interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
}

interface Command {
  readonly file: string
  readonly args: readonly string[]
  /** `explorer` reads its command line by rules of its own. */
  readonly isVerbatim?: boolean
}

const here: Surroundings = { platform: process.platform, environment: process.env }

/** Whether this machine has a screen with programs to open things in; over SSH it mostly has none. */
export function hasDesktop({ platform, environment }: Surroundings = here): boolean {
  if (platform === 'win32') return true
  if (environment['SSH_CONNECTION'] !== undefined && environment['DISPLAY'] === undefined) return false
  if (platform === 'darwin') return true
  const hasScreen = Boolean(environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY'])
  return (
    hasScreen && (environment['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'xdg-open')))
  )
}

/** Opens an address of ours in the default browser. */
export function openBrowser(url: string): Promise<void> {
  return start(browserCommand(url, process.platform))
}

export function browserCommand(url: string, platform: NodeJS.Platform): Command {
  if (platform === 'darwin') return { file: 'open', args: [url] }
  // `start` is a word of cmd, which would read `&` and `%`; ours are a token and a port.
  if (platform === 'win32') return { file: 'rundll32', args: ['url.dll,FileProtocolHandler', url] }
  return { file: 'xdg-open', args: [url] }
}

/** Shows a file or folder in the file manager; where that cannot select a file, its folder. */
export function revealInFileManager(path: string): Promise<void> {
  return start(revealCommand(path, process.platform))
}

export function revealCommand(path: string, platform: NodeJS.Platform): Command {
  if (platform === 'darwin') return { file: 'open', args: ['-R', path] }
  if (platform === 'win32') return { file: 'explorer', args: [`/select,"${path}"`], isVerbatim: true }
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  return { file: 'xdg-open', args: [isFolder ? path : dirname(path)] }
}

/** Resolves when it runs; it lives on its own. */
function start({ file, args, isVerbatim = false }: Command): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'ignore', detached: true, windowsVerbatimArguments: isVerbatim })
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
    child.once('error', (cause) => {
      reject(new AppError('not-found', said`${file} cannot be started: ${cause.message}`, { cause }))
    })
  })
}
