import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { TensorflowInstallEvent } from '../../../shared/contract/system.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { toDiskError } from '../downloads/disk-error.ts'
import { download, sha256Of } from '../downloads/download.ts'
import type { Host } from '../host.ts'
import { runProgram } from './run-program.ts'
import {
  binFolders,
  findTensorflowPackage,
  hasBinding,
  packageName,
  usualArchive,
  wantedVersion,
  type TensorflowPlace,
} from './tensorflow-package.ts'
import { unpackTensorflow } from './unpack-tensorflow.ts'

export interface TensorflowWish {
  /** An address or a file; null: where the package finds it. */
  readonly libtensorflow: string | null
  /** What the archive must be; null: what is known of the usual one, whatever it is for another. */
  readonly sha256: string | null
}

/**
 * Installs what the cuda device needs into `root`, the folder that Athanor runs from: the package, TensorFlow itself and the
 * native part between them. What is there is kept until what replaces it is whole.
 * Errors: no-device, offline, checksum, refused-file, not-found, bad-file, no-permission, disk-full, cancelled.
 */
export async function* installTensorflow(
  { host, root }: { readonly host: Host; readonly root: string },
  wish: TensorflowWish,
  signal: AbortSignal,
): AsyncGenerator<TensorflowInstallEvent, void> {
  const usual = usualArchive(process.platform)
  const source = wish.libtensorflow ?? usual?.source ?? null
  if (source === null || process.arch !== 'x64') {
    throw new AppError('no-device', said`${packageName} has no build for ${process.platform} ${process.arch}.`)
  }
  const wanted = wish.sha256 ?? (source === usual?.source ? usual.sha256 : null)
  if (source.startsWith('http:') && wanted === null) {
    throw new AppError(
      'refused-file',
      said`${source} could be changed on its way: give its sha256 (--sha256), or https.`,
    )
  }
  yield { kind: 'package' }
  const place = findTensorflowPackage(root) ?? (await addPackage(root, signal))
  const isFetched = /^https?:/.test(source)
  const file = isFetched ? yield* fetchArchive(host, source, wanted, signal) : source
  yield { kind: 'checking' }
  const sha256 = await sha256Of(file).catch((thrown: unknown) => {
    throw toDiskError(thrown, file)
  })
  if (wanted !== null && sha256 !== wanted) {
    throw new AppError('checksum', said`${file} has another sha256 than was given: ${sha256}. Nothing was installed.`)
  }
  yield { kind: 'unpacking' }
  const version = await unpackTensorflow(file, place, signal)
  yield { kind: 'binding' }
  // On Windows the library lies beside it, and has to be put there anew.
  if (!hasBinding(place) || process.platform === 'win32') await addBinding(host, place, signal)
  if (isFetched) await rm(file, { force: true })
  yield { kind: 'finished', version, sha256, source }
}

/**
 * npm installs it apart, with what it needs, and what `root` lacks of that is moved there: an install in `root` would also
 * touch all that lies there already.
 */
async function addPackage(root: string, signal: AbortSignal): Promise<TensorflowPlace> {
  const apart = join(root, 'node_modules', '.athanor-tensorflow')
  const wanted = `${packageName}@${wantedVersion(root)}`
  const words = ['install', '--prefix', apart, '--no-audit', '--no-fund', '--ignore-scripts', wanted]
  try {
    await mkdir(apart, { recursive: true })
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    await runProgram(npm, words, { cwd: apart, signal, failure: 'offline' })
    await moveMissing(join(apart, 'node_modules'), join(root, 'node_modules'))
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : toDiskError(thrown, apart)
  } finally {
    await rm(apart, { recursive: true, force: true })
  }
  const place = findTensorflowPackage(root)
  if (place === null) throw new AppError('offline', said`npm did not install ${wanted}. Is there a network?`)
  return place
}

/** Packages, also those of a scope, that are not in the other folder. */
async function moveMissing(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue
    if (entry.name.startsWith('@') && existsSync(join(to, entry.name))) {
      await moveMissing(join(from, entry.name), join(to, entry.name))
    } else if (!existsSync(join(to, entry.name))) await rename(join(from, entry.name), join(to, entry.name))
  }
}

/** Gives the archive's file in the store; what arrived of it before is gone on with. */
async function* fetchArchive(
  host: Host,
  url: string,
  sha256: string | null,
  signal: AbortSignal,
): AsyncGenerator<TensorflowInstallEvent, string> {
  const totalBytes = await sizeOf(url, signal)
  // Another address may have a file of the same name.
  const name = `${createHash('sha256').update(url).digest('hex').slice(0, 8)}-${basename(new URL(url).pathname)}`
  const file = join(host.storeFolder, 'downloads', name)
  const job = { url, file, sizeBytes: totalBytes, sha256, otherwise, signal }
  for await (const event of download(job)) {
    if (event.kind === 'downloading') yield { kind: 'downloading', doneBytes: event.doneBytes, totalBytes }
  }
  return file
}

const otherwise = said`Without a network: get that file by other means and name it, --libtensorflow FILE.`

async function sizeOf(url: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(url, { method: 'HEAD', signal, headers: { 'accept-encoding': 'identity' } }).catch(
    (thrown: unknown) => {
      throw new AppError('offline', said`Can't reach ${url}. ${otherwise}`, { cause: thrown })
    },
  )
  const bytes = Number(response.headers.get('content-length'))
  if (response.ok && bytes > 0) return bytes
  throw new AppError('offline', said`${url} cannot be had: the server answered ${response.status}. ${otherwise}`)
}

/** The package's own installer downloads it, once TensorFlow lies where it looks. */
async function addBinding(host: Host, place: TensorflowPlace, signal: AbortSignal): Promise<void> {
  const script = join('scripts', 'install.js')
  await runProgram(host.nodeFile, [script, 'gpu'], {
    ...{ cwd: place.packageFolder, signal, failure: 'offline' },
    pathFolders: [...binFolders(place), join(host.nodeFile, '..')],
  })
  if (hasBinding(place)) return
  throw new AppError('offline', said`The native part of ${packageName} could not be fetched. Is there a network?`)
}
