import { existsSync } from 'node:fs'
import { mkdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { toDiskError } from '../downloads/disk-error.ts'
import { runProgram } from './run-program.ts'
import { tensorflowIn, usualTensorflow, type TensorflowPlace } from './tensorflow-package.ts'

/**
 * Puts the TensorFlow of an archive in the place of what the package has, once it is whole; gives its version.
 * Errors: bad-file, no-permission, disk-full, cancelled.
 */
export async function unpackTensorflow(file: string, place: TensorflowPlace, signal: AbortSignal): Promise<string> {
  const staging = `${place.depsFolder}.new`
  try {
    await rm(staging, { recursive: true, force: true })
    await mkdir(staging, { recursive: true })
    await unpack(file, staging, signal)
    await settleDll(staging)
    const version = tensorflowIn(staging)
    if (version === null) throw new AppError('bad-file', said`${file} holds no libtensorflow. Nothing was installed.`)
    await markAsUsual(staging, version)
    await rm(place.depsFolder, { recursive: true, force: true })
    await rename(staging, place.depsFolder)
    return version
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : toDiskError(thrown, staging)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** The system's own, which on Windows reads zip too; another one that is found first there does not. */
const tar =
  process.platform === 'win32' ? join(process.env['SystemRoot'] ?? 'C:/Windows', 'System32', 'tar.exe') : 'tar'

async function unpack(file: string, folder: string, signal: AbortSignal): Promise<void> {
  await runProgram(tar, ['-xf', file, '-C', folder], { cwd: folder, signal, failure: 'bad-file' })
}

/** Some archives for Windows have the library on top. */
async function settleDll(folder: string): Promise<void> {
  if (!existsSync(join(folder, 'tensorflow.dll'))) return
  await mkdir(join(folder, 'lib'), { recursive: true })
  await rename(join(folder, 'tensorflow.dll'), join(folder, 'lib', 'tensorflow.dll'))
}

/** The package's installer fetches the usual version where it does not see a file of that name. */
async function markAsUsual(folder: string, version: string): Promise<void> {
  const marker = join(folder, 'lib', `libtensorflow.so.${usualTensorflow}`)
  if (process.platform === 'linux' && !existsSync(marker)) await symlink(`libtensorflow.so.${version}`, marker)
}
