import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installTensorflow, type TensorflowWish } from '../../src/main/core/cuda/install-tensorflow.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import type { TensorflowInstallEvent } from '../../src/shared/contract/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const modules = join(import.meta.dirname, '../../node_modules')
const packageName = '@tensorflow/tfjs-node-gpu'
const obstacle =
  process.platform !== 'linux' || process.arch !== 'x64'
    ? 'the package has no build for this machine'
    : existsSync(join(modules, packageName))
      ? null
      : 'npm could not install the package here'
if (obstacle !== null) console.log(`Not tested how TensorFlow is installed: ${obstacle}`)

let root: string
let deps: string
let server: Server
let files: Map<string, Buffer>
let address: string

/** A folder with the package as npm leaves it where its downloads fail, and all that its installer needs. */
function createRoot(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'node_modules', '@tensorflow'), { recursive: true })
  for (const name of readdirSync(modules)) {
    if (name !== '@tensorflow') symlinkSync(join(modules, name), join(folder, 'node_modules', name))
  }
  const copy = join(folder, 'node_modules', packageName)
  const isMade = (path: string) => ['lib', 'deps'].some((name) => path === join(modules, packageName, name))
  cpSync(join(modules, packageName), copy, { recursive: true, filter: (path) => !isMade(path) })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ optionalDependencies: { [packageName]: '4.22.0' } }))
  return folder
}

/** A .tar.gz of files by path. */
function archiveOf(content: Readonly<Record<string, string>>): Buffer {
  const folder = temporaryFolder()
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const file = join(temporaryFolder(), 'archive.tar.gz')
  execFileSync('tar', ['-czf', file, '-C', folder, ...readdirSync(folder)])
  return readFileSync(file)
}

let tensorflow: Buffer

beforeEach(async () => {
  tensorflow = archiveOf({
    'lib/libtensorflow.so.2.18.0': 'not really',
    'lib/libtensorflow_framework.so.2.18.0': 'nor this',
  })
  root = createRoot()
  deps = join(root, 'node_modules', packageName, 'deps')
  files = new Map([
    ['/tensorflow.tar.gz', tensorflow],
    ['/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz', archiveOf({ 'napi-v8/tfjs_binding.node': 'a binding' })],
  ])
  server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    response.writeHead(file === undefined ? 404 : 200, { 'content-length': file?.byteLength ?? 0 })
    response.end(request.method === 'HEAD' ? undefined : file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.env['npm_config_tfjs_binding_binary_host_mirror'] = address
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function install(wish: Partial<TensorflowWish>): Promise<TensorflowInstallEvent[]> {
  const place = { host: { ...createNodeHost(), storeFolder: join(root, 'store') }, root }
  const whole = { libtensorflow: null, sha256: null, ...wish }
  const events: TensorflowInstallEvent[] = []
  for await (const event of installTensorflow(place, whole, AbortSignal.timeout(100_000))) events.push(event)
  return events
}

describe.skipIf(obstacle !== null)('TensorFlow for the cuda device', () => {
  test('of a chosen version is fetched, checked and unpacked, and the native part after it', async () => {
    const sha256 = createHash('sha256').update(tensorflow).digest('hex')
    const source = `${address}/tensorflow.tar.gz`
    const events = await install({ libtensorflow: source, sha256 })
    expect([...new Set(events.map(({ kind }) => kind))]).toEqual([
      'package',
      'downloading',
      'checking',
      'unpacking',
      'binding',
      'finished',
    ])
    expect(events.at(-1)).toEqual({ kind: 'finished', version: '2.18.0', sha256, source })
    expect(readFileSync(join(deps, 'lib/libtensorflow.so.2.18.0'), 'utf8')).toBe('not really')
    // For the package's installer, which else would fetch the version that it expects.
    expect(lstatSync(join(deps, 'lib/libtensorflow.so.2.9.1')).isSymbolicLink()).toBe(true)
    expect(existsSync(join(deps, '../lib/napi-v8/tfjs_binding.node'))).toBe(true)
    expect(readdirSync(join(root, 'store/downloads'))).toEqual([])
  })

  test('may lie in a file, and replaces the one that is there only when it is whole', async () => {
    const good = join(root, 'good.tar.gz')
    writeFileSync(good, tensorflow)
    await install({ libtensorflow: good })
    const isKept = () => existsSync(join(deps, 'lib/libtensorflow.so.2.18.0'))

    await expect(install({ libtensorflow: good, sha256: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'checksum' })
    const other = join(root, 'other.tar.gz')
    writeFileSync(other, archiveOf({ 'lib/readme': 'nothing' }))
    await expect(install({ libtensorflow: other })).rejects.toMatchObject({ code: 'bad-file' })
    writeFileSync(other, tensorflow.subarray(0, 60))
    await expect(install({ libtensorflow: other })).rejects.toMatchObject({ code: 'bad-file' })
    await expect(install({ libtensorflow: join(root, 'none') })).rejects.toMatchObject({ code: 'not-found' })
    await expect(install({ libtensorflow: `${address}/none`, sha256: 'a'.repeat(64) })).rejects.toMatchObject({
      code: 'offline',
      message: expect.stringContaining('404') as string,
    })
    expect(isKept()).toBe(true)
    expect(existsSync(`${deps}.new`)).toBe(false)
  })

  test('without its native part is told of', async () => {
    files.delete('/napi-v8/4.22.0/GPU-linux-4.22.0.tar.gz')
    const source = `${address}/tensorflow.tar.gz`
    const sha256 = createHash('sha256').update(tensorflow).digest('hex')
    await expect(install({ libtensorflow: source, sha256 })).rejects.toMatchObject({ code: 'offline' })
    // What arrived is there for the next try.
    expect(readdirSync(join(root, 'store/downloads'))).toEqual([expect.stringMatching(/-tensorflow\.tar\.gz$/)])
    await expect(install({ libtensorflow: source })).rejects.toMatchObject({ code: 'refused-file' })
  })
})
