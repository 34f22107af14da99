import { copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import type { BuiltOnednn, OnednnObstacle } from '../../src/shared/domain/onednn-build.ts'
import { hashSources, markOfLibrary, readBuilt, writeRecord } from './build-record.ts'
import { carryLibraries } from './carry-libraries.ts'
import { fetchPackages, findFetched } from './fetch-packages.ts'
import { findOnednn, installPrefixes, type Onednn } from './find-onednn.ts'
import { findTools, type Tools } from './find-tools.ts'
import { runLimited } from './run-limited.ts'

const here = import.meta.dirname
const addon = 'athanor_onednn.node'
const compileMinutes = 10
const loadLimitMs = 60_000
/** A compiler takes about half a gigabyte. */
const jobsMax = 8
const describe = 'console.log(require(process.argv[1]).describe().version)'

export interface BuildPlace {
  /** Where the addon, its libraries and the record of the attempt are put: `out/onednn`. */
  readonly target: string
  /** Where oneDNN is looked for; by default where the system and its package managers put it. */
  readonly prefixes?: readonly string[]
  /** Where fetched packages are unpacked and kept. */
  readonly packages?: string
  readonly env?: NodeJS.ProcessEnv
}

export type BuildResult =
  | { readonly obstacle: OnednnObstacle }
  | { readonly obstacle: null; readonly built: BuiltOnednn; readonly isNew: boolean }

/** Builds the addon where it is not there or older than what it is made from, and writes down how that ended. */
export function buildAddon(place: BuildPlace): BuildResult {
  const { target, env = process.env } = place
  const before = readBuilt(target)
  const result = attempt(place, before, env)
  const built = result.obstacle === null ? result.built : before
  writeRecord(target, { endedAtMs: Date.now(), obstacle: result.obstacle, built })
  return result
}

function attempt(place: BuildPlace, before: BuiltOnednn | null, env: NodeJS.ProcessEnv): BuildResult {
  const { target, prefixes = installPrefixes(env), packages = join(here, 'packages') } = place
  try {
    const sources = hashSources(here)
    const found = findOnednn(prefixes) ?? findFetched(packages)
    const isSame = found === null || before?.library === markOfLibrary(found.libraryFile)
    // Loaded, too: what came from another machine may not fit this one.
    if (before?.sources === sources && isSame && 'version' in load(join(target, addon))) {
      return { obstacle: null, built: before, isNew: false }
    }
    const tools = findTools(env)
    if ('code' in tools) return { obstacle: tools }
    const onednn = found ?? fetchPackages(packages, env)
    if ('code' in onednn) return { obstacle: onednn }
    const obstacle = compile(tools, onednn, target, env)
    if (obstacle !== null) return { obstacle }
    const made = putInPlace(onednn, target, before?.files ?? [])
    if ('code' in made) return { obstacle: made }
    const library = markOfLibrary(onednn.libraryFile)
    return { obstacle: null, built: { ...made, from: onednn.from, sources, library }, isNew: true }
  } catch (thrown) {
    return { obstacle: { code: 'failed', detail: thrown instanceof Error ? thrown.message : String(thrown) } }
  }
}

function compile(tools: Tools, onednn: Onednn, target: string, env: NodeJS.ProcessEnv): OnednnObstacle | null {
  // Seen from where they are used: the rules that gyp writes do not bear a space, which a folder of the user may have.
  const include = (folder: string): string => relative(here, folder)
  const library = relative(join(here, 'build'), onednn.libraryFile)
  const jobs = Math.min(jobsMax, availableParallelism())
  const { hasSucceeded, isOutOfTime, output, errors } = runLimited(
    process.execPath,
    [
      ...[tools.nodeGyp, 'rebuild', `--directory=${here}`, '--nodedir=node', '--force-process-config'],
      ...[`--python=${tools.python}`, `--make=${tools.make}`, `--jobs=${String(jobs)}`, '--loglevel=error', '--'],
      ...[`-Dnode_headers=${include(tools.nodeHeaders)}`, `-Dnode_addon_api=${include(tools.nodeAddonApi)}`],
      ...[`-Donednn_include=${include(onednn.includeFolder)}`, `-Donednn_library=${library}`],
    ],
    { limitMs: compileMinutes * 60_000, env: { ...withoutNpmSettings(env), CXX: tools.compiler } },
  )
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, 'build.log'), `${output}${errors}`)
  if (hasSucceeded) return null
  if (isOutOfTime) return { code: 'too-slow', minutes: compileMinutes }
  const lines = errors.split('\n').filter((line) => line.trim() !== '')
  return { code: 'not-compiled', detail: (lines.find((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? '').trim() }
}

/** Npm hands its settings down, and node-gyp would take them for its own, before those that it is given. */
function withoutNpmSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_(package_)?config_/i.test(name)))
}

/** Only what loads gets its place, and each file at once and whole: another process may load it at this moment. */
function putInPlace(
  onednn: Onednn,
  target: string,
  oldFiles: readonly string[],
): Pick<BuiltOnednn, 'version' | 'files'> | OnednnObstacle {
  const staging = join(target, `new-${String(process.pid)}`)
  try {
    mkdirSync(staging, { recursive: true })
    copyFileSync(join(here, 'build', 'Release', addon), join(staging, addon))
    const libraries = carryLibraries(join(staging, addon), onednn.libraryFolder, staging)
    const loaded = load(join(staging, addon))
    if ('code' in loaded) return loaded
    const files = [...libraries, addon]
    for (const file of files) renameSync(join(staging, file), join(target, file))
    for (const file of oldFiles.filter((name) => !files.includes(name))) rmSync(join(target, file), { force: true })
    return { ...loaded, files }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** In a process of its own, which what does not fit may end. */
function load(file: string): Pick<BuiltOnednn, 'version'> | OnednnObstacle {
  const { hasSucceeded, output, errors } = runLimited(process.execPath, ['-e', describe, file], {
    limitMs: loadLimitMs,
  })
  if (hasSucceeded) return { version: output.trim() }
  const why = errors.split('\n').find((line) => line.startsWith('Error: '))
  return { code: 'not-loaded', detail: why?.slice('Error: '.length) ?? 'it ends the process' }
}
