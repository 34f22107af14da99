import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

/** What the file system threw, as an error that says which file and what to do. */
export function toDiskError(thrown: unknown, path: string): AppError {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('disk-full', said`No room left on the disk for ${path}. Free some space and try again.`, {
      cause: thrown,
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AppError('no-permission', said`${path} may not be read or written. Check its permissions.`, {
      cause: thrown,
    })
  }
  if (code === 'ENOENT') return new AppError('not-found', said`There is no ${path}.`, { cause: thrown })
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('internal', said`Can't use ${path}: ${reason}`, { cause: thrown })
}
