import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const here = import.meta.dirname
const root = join(here, '..', '..')
const sources = join(here, 'assembly')
/** Where the trainer looks for them; see src/trainer/devices/wasm/kernel-file.ts. */
export const kernelsFolder = join(root, 'out', 'kernels')

/** With fused multiply-add, and for engines without relaxed SIMD. */
const variants = [
  { file: 'athanor-kernels.wasm', features: 'simd,threads,bulk-memory,relaxed-simd' },
  { file: 'athanor-kernels-plain.wasm', features: 'simd,threads,bulk-memory' },
]

/** Compiles the kernels when a source is newer than they are. Safe to be called by several processes at once. */
export async function ensureKernelsBuilt(): Promise<void> {
  const built = await Promise.all(variants.map(({ file }) => modifiedAt(join(kernelsFolder, file))))
  const names = (await readdir(sources)).map((name) => join(sources, name))
  const changed = await Promise.all([...names, fileURLToPath(import.meta.url)].map(modifiedAt))
  if (Math.min(...built) < Math.max(...changed)) await buildKernels()
}

async function modifiedAt(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}

async function buildKernels(): Promise<void> {
  await mkdir(kernelsFolder, { recursive: true })
  for (const { file, features } of variants) {
    const target = join(kernelsFolder, file)
    const temporary = `${target}.${process.pid}`
    await compile(temporary, features)
    await refuseData(temporary)
    await rename(temporary, target)
  }
}

async function compile(target: string, features: string): Promise<void> {
  const { error, stderr } = await asc.main([
    relative(process.cwd(), join(sources, 'index.ts')),
    ...['-O3', '--runtime', 'stub', '--noAssert', '--enable', features],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '256', '--maximumMemory', '65536'],
    ...['--outFile', relative(process.cwd(), target)],
  ])
  if (error === null) return
  await rm(target, { force: true })
  throw new Error(`The kernels do not compile:\n${stderr.toString()}`)
}

const dataSection = 11

/** The module shares its memory with tfjs's own, so constants laid out by the compiler would overwrite that one's. */
async function refuseData(file: string): Promise<void> {
  const bytes = await readFile(file)
  for (let at = 8; at < bytes.length;) {
    const section = bytes[at++]
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      size |= (byte & 127) << shift
      if (byte < 128) break
    }
    if (section === dataSection) throw new Error('The kernels need static data: keep arrays and texts out of them.')
    at += size
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildKernels()
  process.stdout.write(`${relative(process.cwd(), dirname(join(kernelsFolder, 'x')))}\n`)
}
