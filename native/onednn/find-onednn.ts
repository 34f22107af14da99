import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where oneDNN lies: its headers, the library to link, and where a person would say that it is from. */
export interface Onednn {
  readonly includeFolder: string
  /** The file itself, not the links to it. */
  readonly libraryFile: string
  /** Where the libraries that it needs may lie, too. */
  readonly libraryFolder: string
  readonly from: string
}

const libraryNames = ['libdnnl.so', 'libdnnl.dylib']

/** Folders that have `include` and `lib`, those that a person named first. */
export function installPrefixes(env: NodeJS.ProcessEnv): string[] {
  const { CONDA_PREFIX, ONEDNN_ROOT, VCPKG_ROOT } = env
  const vcpkg = VCPKG_ROOT === undefined ? [] : foldersIn(join(VCPKG_ROOT, 'installed'))
  const named = [ONEDNN_ROOT, CONDA_PREFIX].flatMap((prefix) => (prefix === undefined || prefix === '' ? [] : [prefix]))
  return [...named, ...vcpkg, '/usr/local', '/opt/homebrew', '/usr']
}

/** The first oneDNN below one of the prefixes, or null. */
export function findOnednn(prefixes: readonly string[]): Onednn | null {
  return prefixes.map(findBelow).find((found) => found !== null) ?? null
}

function findBelow(prefix: string): Onednn | null {
  const includeFolder = join(prefix, 'include')
  if (!['dnnl.hpp', 'oneapi/dnnl/dnnl.hpp'].some((header) => existsSync(join(includeFolder, header)))) return null
  const lib = join(prefix, 'lib')
  const folders = [lib, ...foldersIn(lib).filter((folder) => folder.endsWith('-linux-gnu'))]
  const library = folders
    .flatMap((folder) => libraryNames.map((name) => join(folder, name)))
    .find((file) => existsSync(file))
  if (library === undefined) return null
  return { includeFolder, libraryFile: realpathSync(library), libraryFolder: dirname(library), from: prefix }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}
