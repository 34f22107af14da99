import { AppError, isAppError } from '../../shared/errors.ts'
import { said, type Said } from '../../shared/said.ts'
import type { AppErrorCode } from '../../shared/errors.ts'

const codes: ReadonlyMap<string, readonly [AppErrorCode, (file: string) => Said]> = new Map([
  ['ENOENT', ['not-found', (file: string) => said`${file} does not exist.`]],
  ['ENOTDIR', ['not-found', (file: string) => said`${file} does not exist.`]],
  ['EACCES', ['no-permission', (file: string) => said`${file} may not be read or written.`]],
  ['EPERM', ['no-permission', (file: string) => said`${file} may not be read or written.`]],
  ['EROFS', ['no-permission', (file: string) => said`${file} lies on a disk that cannot be written.`]],
  [
    'ENOSPC',
    ['disk-full', (file: string) => said`${file} does not fit: the disk is full. Free some space and try again.`],
  ],
  [
    'EDQUOT',
    ['disk-full', (file: string) => said`${file} does not fit: the quota is used up. Free some space and try again.`],
  ],
  ['EISDIR', ['bad-file', (file: string) => said`${file} is a folder, not a file.`]],
  ['ERR_FS_FILE_TOO_LARGE', ['bad-file', (file: string) => said`${file} is too large.`]],
])

/** What the file system refused, as an error that names the file; anything else as it is. */
export function fileError(thrown: unknown, file: string): unknown {
  if (isAppError(thrown) || !(thrown instanceof Error)) return thrown
  const found = codes.get(String(Reflect.get(thrown, 'code')))
  if (found === undefined) return thrown
  const [code, describe] = found
  return new AppError(code, describe(file), { cause: thrown })
}
