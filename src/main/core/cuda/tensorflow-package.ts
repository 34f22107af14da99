import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const packageName = '@tensorflow/tfjs-node-gpu'
/** Of the package, where nothing says which it was made with. */
const usualVersion = '4.22.0'
/** That the package asks for, and whose file its installer looks for. */
export const usualTensorflow = '2.9.1'

/** Where the package and what it runs on lie in a folder with `node_modules`. */
export interface TensorflowPlace {
  readonly packageFolder: string
  /** Holds `lib/libtensorflow.so.*`. */
  readonly depsFolder: string
}

/** Null where the package is not installed, as after an `npm ci` without a network. */
export function findTensorflowPackage(root: string): TensorflowPlace | null {
  const packageFolder = join(root, 'node_modules', packageName)
  if (!existsSync(join(packageFolder, 'package.json'))) return null
  return { packageFolder, depsFolder: join(packageFolder, 'deps') }
}

export interface TensorflowArchive {
  readonly source: string
  /** Null where nobody has written it down. */
  readonly sha256: string | null
}

/**
 * Where its own installer finds TensorFlow for a platform; null where there is none. The sha256 is the one that
 * the Go bindings github.com/wamuir/graft hold the same file against.
 */
export function usualArchive(platform: NodeJS.Platform): TensorflowArchive | null {
  const base = 'https://storage.googleapis.com/tensorflow/libtensorflow/libtensorflow-gpu'
  if (platform === 'linux') {
    return {
      source: `${base}-linux-x86_64-${usualTensorflow}.tar.gz`,
      sha256: '20c46f761d5905f592c4eac0812e8e50d9cb439f9440a9391912cf4c02ed8be8',
    }
  }
  if (platform === 'win32') return { source: `${base}-windows-x86_64-${usualTensorflow}.zip`, sha256: null }
  return null
}

/** The version of the TensorFlow that lies below a folder, as its file says it; null where none does. */
export function tensorflowIn(folder: string): string | null {
  if (existsSync(join(folder, 'lib', 'tensorflow.dll'))) return 'for Windows'
  const files = globSync('libtensorflow.so.*.*.*', { cwd: join(folder, 'lib'), withFileTypes: true })
  // A link is there for whoever looks for another version.
  const file = files.find((entry) => entry.isFile())
  return file?.name.replace('libtensorflow.so.', '') ?? null
}

/** Whether the native part of the package is there. */
export function hasBinding({ packageFolder }: TensorflowPlace): boolean {
  return globSync('lib/napi-v*/tfjs_binding.node', { cwd: packageFolder }).length > 0
}

/** The version that npm is to fetch: the one that Athanor was made with. */
export function wantedVersion(root: string): string {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    optionalDependencies?: Record<string, string>
  }
  return optionalDependencies[packageName] ?? usualVersion
}

/** Folders with the programs that the package's installer calls. */
export function binFolders({ packageFolder }: TensorflowPlace): string[] {
  return [join(packageFolder, 'node_modules', '.bin'), join(dirname(dirname(packageFolder)), '.bin')]
}
