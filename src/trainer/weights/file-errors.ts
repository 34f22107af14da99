import { AppError, isAppError } from '../../shared/errors.ts'
import type { AppErrorCode } from '../../shared/errors.ts'

const codes: ReadonlyMap<string, readonly [AppErrorCode, string]> = new Map([
  ['ENOENT', ['not-found', 'does not exist']],
  ['ENOTDIR', ['not-found', 'does not exist']],
  ['EACCES', ['no-permission', 'may not be read or written']],
  ['EPERM', ['no-permission', 'may not be read or written']],
  ['EROFS', ['no-permission', 'lies on a disk that cannot be written']],
  ['ENOSPC', ['disk-full', 'does not fit: the disk is full. Free some space and try again']],
  ['EDQUOT', ['disk-full', 'does not fit: the quota is used up. Free some space and try again']],
  ['EISDIR', ['bad-file', 'is a folder, not a file']],
  ['ERR_FS_FILE_TOO_LARGE', ['bad-file', 'is too large']],
])

/** What the file system refused, as an error that names the file; anything else as it is. */
export function fileError(thrown: unknown, file: string): unknown {
  if (isAppError(thrown) || !(thrown instanceof Error)) return thrown
  const [code, what] = codes.get(String(Reflect.get(thrown, 'code'))) ?? []
  return code === undefined ? thrown : new AppError(code, `${file} ${what}.`, { cause: thrown })
}
