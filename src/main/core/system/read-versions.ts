import { existsSync, readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { sqliteVersion } from '../database/sqlite-version.ts'

/** Package by the name under which its version is shown. */
const packages = {
  tfjs: '@tensorflow/tfjs-core',
  sharp: 'sharp',
  'better-sqlite3': 'better-sqlite3',
  'onnxruntime-node': 'onnxruntime-node',
} as const

export function athanorVersion(): string {
  return packageVersion('..', 'athanor') ?? 'unknown'
}

/** Versions of Athanor and of what it stands on; what is not installed is left out. */
export function readVersions(): Record<string, string> {
  const versions: Record<string, string | undefined> = {
    athanor: athanorVersion(),
    node: process.versions.node,
  }
  for (const [name, specifier] of Object.entries(packages)) versions[name] = packageVersion(specifier)
  versions['sqlite'] = sqliteVersion()
  versions['libvips'] = libvipsVersion()
  versions['electron'] = process.versions['electron'] ?? packageVersion('electron')
  return Object.fromEntries(
    Object.entries(versions).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** Whether Electron's own program was downloaded: its package comes without it. */
export function isElectronDownloaded(): boolean {
  const file = packageFile('electron')
  if (file === undefined) return false
  const folder = dirname(file)
  const pathFile = join(folder, 'path.txt')
  return existsSync(pathFile) && existsSync(join(folder, 'dist', readFileSync(pathFile, 'utf8').trim()))
}

function packageVersion(specifier: string, name = specifier): string | undefined {
  const file = packageFile(specifier)
  if (file === undefined) return undefined
  const content = readJson(file)
  return content['name'] === name && typeof content['version'] === 'string' ? content['version'] : undefined
}

/** sharp brings libvips in a package per platform, which lists what it was built of. */
function libvipsVersion(): string | undefined {
  const sharp = packageFile('sharp')
  if (sharp === undefined) return undefined
  const platform = `${process.platform}-${process.arch}`
  const file = join(dirname(sharp), '..', '@img', `sharp-libvips-${platform}`, 'versions.json')
  const version = existsSync(file) ? readJson(file)['vips'] : undefined
  return typeof version === 'string' ? version : undefined
}

function packageFile(specifier: string): string | undefined {
  try {
    return findPackageJSON(specifier, import.meta.url)
  } catch {
    return undefined
  }
}

function readJson(file: string): Record<string, unknown> {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return typeof content === 'object' && content !== null ? { ...content } : {}
}
