import { existsSync, readdirSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'

/** Where a person's pictures usually are: home, and the drives that are connected now. */
export function defaultRoots(platform: NodeJS.Platform = process.platform): string[] {
  return [homedir(), ...drives(platform)]
}

function drives(platform: NodeJS.Platform): string[] {
  if (platform === 'win32') return [...'CDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`).filter(existsSync)
  if (platform === 'darwin') return foldersIn('/Volumes')
  const { username } = userInfo()
  return ['/mnt', '/media', join('/media', username), join('/run/media', username)]
    .flatMap(foldersIn)
    .filter((folder) => folder !== join('/media', username))
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => join(folder, entry.name))
  } catch {
    // Not there, or not for this person.
    return []
  }
}
