import { isAbsolute, relative, sep } from 'node:path'

/** Whether an absolute path is a folder, or lies in it: `/srv/data-evil` is not within `/srv/data`. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}
