import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../host.ts'

/** The folder that a backbone lies in: of ours only where the store has none of that name. */
export function backboneFolderOf(host: Pick<Host, 'storeFolder' | 'shippedFolder'>, name: string | null): string {
  const isOurs = name !== null && !isIn(host.storeFolder, name) && isIn(host.shippedFolder, name)
  return isOurs ? host.shippedFolder : host.storeFolder
}

function isIn(folder: string, name: string): boolean {
  return existsSync(join(folder, `${name}.json`))
}
