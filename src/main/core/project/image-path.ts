import { join } from 'node:path'

/** The file behind a path of the catalog, which has `/` between its parts on every platform. */
export function fileOf(imageFolder: string, path: string): string {
  return join(imageFolder, ...path.split('/'))
}
