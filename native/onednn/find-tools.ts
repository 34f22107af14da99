import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { OnednnObstacle } from '../../src/shared/domain/onednn-build.ts'
import { runLimited } from './run-limited.ts'

/** What compiles the addon: commands and paths. */
export interface Tools {
  /** As the variable CXX has it: it may be a launcher and a compiler. */
  readonly compiler: string
  readonly make: string
  readonly python: string
  readonly nodeGyp: string
  readonly nodeHeaders: string
  readonly nodeAddonApi: string
}

const limitMs = 20_000
/** What node-gyp asks for. */
const isNewPython = 'import sys; sys.exit(sys.version_info < (3, 6))'

/** Each is tried and not only looked for: stand-ins that only say how to install the real one lie on many a path. */
export function findTools(env: NodeJS.ProcessEnv): Tools | OnednnObstacle {
  if (process.platform !== 'linux' && process.platform !== 'darwin') return { code: 'other-system' }
  const works = (command: string, ...args: readonly string[]): boolean => {
    const [program = '', ...words] = command.trim().split(/\s+/)
    return runLimited(program, [...words, ...args], { limitMs, env }).hasSucceeded
  }
  const given = (...names: readonly string[]): string[] =>
    names.map((name) => env[name] ?? '').filter((command) => command !== '')

  // Without its command line tools macOS has stand-ins that open a window when they are called.
  const isReady = process.platform !== 'darwin' || works('xcode-select', '-p')
  const compilers = [...given('CXX'), ...(process.platform === 'darwin' ? ['clang++'] : ['g++', 'clang++', 'c++'])]
  const compiler = isReady ? compilers.find((command) => works(command, '--version')) : undefined
  if (compiler === undefined) return { code: 'no-compiler' }
  const make = [...given('MAKE'), 'make'].find((command) => works(command, '--version'))
  if (make === undefined) return { code: 'no-make' }
  const pythons = [...given('NODE_GYP_FORCE_PYTHON', 'npm_config_python', 'PYTHON'), 'python3', 'python']
  const python = pythons.find((command) => works(command, '-c', isNewPython))
  if (python === undefined) return { code: 'no-python' }
  return findPackages({ compiler, make, python })
}

function findPackages(found: Pick<Tools, 'compiler' | 'make' | 'python'>): Tools | OnednnObstacle {
  const { resolve } = createRequire(import.meta.url)
  try {
    return {
      ...found,
      nodeGyp: resolve('node-gyp/bin/node-gyp.js'),
      nodeHeaders: dirname(resolve('node-api-headers/include/node_api.h')),
      nodeAddonApi: dirname(resolve('node-addon-api')),
    }
  } catch {
    return { code: 'no-build-packages' }
  }
}
