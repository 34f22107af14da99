import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Files with one of the endings below the given folders of `root`; relative, with `/`, sorted. */
export function listSources(root: string, folders: readonly string[], endings: readonly string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}
