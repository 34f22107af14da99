import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A file that a build puts into `out/<folder>`, or null when it was never built. Looks beside the bundle and upwards,
 * which also finds it from the source tree.
 */
export function findBuiltFile(builtFolder: string, name: string): string | null {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const places = [folder, join(folder, builtFolder), join(folder, 'out', builtFolder)]
    const found = places.map((place) => join(place, name)).find((file) => existsSync(file))
    if (found !== undefined) return found
    if (folder === dirname(folder)) return null
  }
}
