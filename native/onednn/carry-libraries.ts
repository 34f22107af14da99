import { copyFileSync, chmodSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { runLimited } from './run-limited.ts'

const limitMs = 60_000
/** Of the C library, whose parts must fit each other, and of C++, which Node needs too: every system has its own. */
const ofSystem = /^(lib(anl|c|dl|gcc_s|m|mvec|nsl|pthread|resolv|rt|stdc\+\+|util)\.so|ld-|libc\.musl)/

/**
 * Copies beside the addon what it needs and not every system has, so that the folder can go to a machine without oneDNN.
 * The addon looks there first, for itself and for what those libraries need in turn. `folder` is where oneDNN lies. The
 * names of the copies.
 */
export function carryLibraries(addonFile: string, folder: string, target: string): string[] {
  return process.platform === 'darwin' ? carryOnMac(addonFile, folder, target) : carryOnLinux(addonFile, folder, target)
}

function carryOnLinux(addonFile: string, folder: string, target: string): string[] {
  const env = { ...process.env, LD_LIBRARY_PATH: [folder, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':') }
  const needed = neededOnLinux(addonFile, env).filter(({ name }) => !ofSystem.test(name))
  for (const { name, file } of needed) copy(file, join(target, name))
  return needed.map(({ name }) => name)
}

/** All libraries that a file needs, also by way of others, under the names they are asked for by. */
function neededOnLinux(file: string, env: NodeJS.ProcessEnv): { name: string; file: string }[] {
  const { output } = runLimited('ldd', [file], { limitMs, env })
  return [...output.matchAll(/^\s*(\S+) => (\/.*) \(0x/gm)].map(([, name = '', path = '']) => ({ name, file: path }))
}

/** There a file names its libraries by their paths, so each is told to look beside itself instead. */
function carryOnMac(addonFile: string, folder: string, target: string): string[] {
  const carried = new Set<string>()
  const visit = (file: string, origin: string): void => {
    for (const path of neededOnMac(file, origin)) {
      const name = basename(path)
      const copied = join(target, name)
      if (!carried.has(name)) {
        carried.add(name)
        copy(realpathSync(path.startsWith('/') ? path : join(folder, name)), copied)
        change('install_name_tool', ['-id', `@rpath/${name}`, copied])
        visit(copied, path)
      }
      change('install_name_tool', ['-change', path, `@loader_path/${name}`, file])
    }
    // What was changed must be signed anew, or macOS ends the process that loads it.
    change('codesign', ['--force', '--sign', '-', file])
  }
  visit(addonFile, addonFile)
  return [...carried]
}

/** By path or, of conda, by `@rpath`. Without those of macOS, and without the file itself, which a library lists first. */
function neededOnMac(file: string, origin: string): string[] {
  const { output } = runLimited('otool', ['-L', file], { limitMs })
  return [...output.matchAll(/^\s+((?:\/|@rpath\/)\S+) \(/gm)]
    .flatMap(([, path]) => path ?? [])
    .filter((path) => !/^\/(usr\/lib|System)\//.test(path) && basename(path) !== basename(origin))
}

function change(tool: string, args: readonly string[]): void {
  const { hasSucceeded, errors } = runLimited(tool, args, { limitMs })
  if (!hasSucceeded) throw new Error(`${tool} failed: ${errors.trim()}`)
}

function copy(from: string, to: string): void {
  copyFileSync(from, to)
  chmodSync(to, 0o755)
}
