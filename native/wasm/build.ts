import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const here = import.meta.dirname
const root = join(here, '..', '..')
/** Where they are looked for; see src/imaging/find-built-file.ts. */
export const kernelsFolder = join(root, 'out', 'kernels')

interface Module {
  readonly file: string
  /** The folder of its sources. */
  readonly sources: string
  readonly features: string
  readonly memory: readonly string[]
}

/** That of tfjs's own module, which all threads share. */
const sharedMemory = ['--importMemory', '--sharedMemory', '--initialMemory', '256', '--maximumMemory', '65536']

const modules: readonly Module[] = [
  // With fused multiply-add, and for engines without relaxed SIMD.
  {
    file: 'athanor-kernels.wasm',
    sources: 'assembly',
    features: 'simd,threads,bulk-memory,relaxed-simd',
    memory: sharedMemory,
  },
  {
    file: 'athanor-kernels-plain.wasm',
    sources: 'assembly',
    features: 'simd,threads,bulk-memory',
    memory: sharedMemory,
  },
  { file: 'athanor-resample.wasm', sources: 'resample', features: 'simd', memory: ['--initialMemory', '16'] },
]

/** Compiles the kernels when a source is newer than they are. Safe to be called by several processes at once. */
export async function ensureKernelsBuilt(): Promise<void> {
  const built = await Promise.all(modules.map(({ file }) => modifiedAt(join(kernelsFolder, file))))
  const folders = [...new Set(modules.map(({ sources }) => join(here, sources)))]
  const names = (await Promise.all(folders.map(filesIn))).flat()
  const changed = await Promise.all([...names, fileURLToPath(import.meta.url)].map(modifiedAt))
  if (Math.min(...built) < Math.max(...changed)) await buildKernels()
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).map((name) => join(folder, name))
}

async function modifiedAt(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}

async function buildKernels(): Promise<void> {
  await mkdir(kernelsFolder, { recursive: true })
  for (const module of modules) {
    const target = join(kernelsFolder, module.file)
    const temporary = `${target}.${process.pid}`
    await compile(temporary, module)
    await refuseData(temporary)
    await rename(temporary, target)
  }
}

async function compile(target: string, { sources, features, memory }: Module): Promise<void> {
  const { error, stderr } = await asc.main([
    relative(process.cwd(), join(here, sources, 'index.ts')),
    ...['-O3', '--runtime', 'stub', '--noAssert', '--enable', features],
    ...memory,
    ...['--outFile', relative(process.cwd(), target)],
  ])
  if (error === null) return
  await rm(target, { force: true })
  throw new Error(`The kernels do not compile:\n${stderr.toString()}`)
}

const dataSection = 11

/** Whoever calls a module lays out its memory, tfjs's own module among them: constants laid out by the compiler would be overwritten, or overwrite. */
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
