import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** Where oneDNN lies: its headers, the library to link, and files that must lie beside the addon to run it. */
export interface Onednn {
  readonly includeFolder: string
  readonly libraryFile: string
  readonly companions: readonly string[]
  readonly from: string
}

const libraryNames = ['libdnnl.so', 'libdnnl.dylib', 'dnnl.lib']
/** What Debian and Ubuntu call oneDNN, its headers and the one library it needs that few machines have. */
const packages = ['libdnnl-dev', 'libdnnl2', 'libdnnl3', 'ocl-icd-libopencl1']

/** On the system, else from Debian's or Ubuntu's packages, unpacked into `folder` without root. Null where neither is. */
export function findOnednn(folder: string): Onednn | null {
  return findInstalled() ?? fetchPackages(folder)
}

function findInstalled(): Onednn | null {
  const { CONDA_PREFIX, ONEDNN_ROOT, VCPKG_ROOT } = process.env
  const vcpkg =
    VCPKG_ROOT === undefined
      ? []
      : readdirSync(join(VCPKG_ROOT, 'installed')).map((triplet) => join(VCPKG_ROOT, 'installed', triplet))
  const prefixes = [ONEDNN_ROOT, CONDA_PREFIX, ...vcpkg, '/usr/local', '/opt/homebrew', '/usr']
  return (
    prefixes.map((prefix) => (prefix === undefined ? null : findBelow(prefix))).find((found) => found !== null) ?? null
  )
}

function findBelow(prefix: string): Onednn | null {
  const includeFolder = join(prefix, 'include')
  if (!['dnnl.hpp', 'oneapi/dnnl/dnnl.hpp'].some((header) => existsSync(join(includeFolder, header)))) return null
  const library = libraryIn([join(prefix, 'lib'), ...multiarchFolders(join(prefix, 'lib'))])
  return library === null ? null : { includeFolder, libraryFile: library, companions: [], from: prefix }
}

function libraryIn(folders: readonly string[]): string | null {
  return (
    folders.flatMap((folder) => libraryNames.map((name) => join(folder, name))).find((file) => existsSync(file)) ?? null
  )
}

function multiarchFolders(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(folder, name))
}

function fetchPackages(folder: string): Onednn | null {
  const known = packages.filter((name) => succeeds('apt-cache', ['show', name]))
  if (known.length === 0) return null
  mkdirSync(folder, { recursive: true })
  if (!succeeds('apt-get', ['download', '--quiet', ...known], folder)) return null
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    if (!succeeds('dpkg-deb', ['--extract', file, '.'], folder)) return null
  }
  const found = findBelow(join(folder, 'usr'))
  if (found === null) return null
  // A library is loaded by the name with its major version, which links to the file itself.
  const companions = multiarchFolders(join(folder, 'usr', 'lib')).flatMap((place) =>
    readdirSync(place)
      .filter((name) => /^lib(dnnl|OpenCL)\.so\.\d+$/.test(name))
      .map((name) => join(place, name)),
  )
  return { ...found, libraryFile: realpathSync(found.libraryFile), companions, from: `packages ${known.join(', ')}` }
}

function succeeds(command: string, args: readonly string[], cwd?: string): boolean {
  try {
    execFileSync(command, args, { cwd, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
