/**
 * Compiles the catalogues of `resources/locales` into typed functions below `src/renderer/messages`, which git does not
 * keep. Works on a copy: the compiler writes files of its own beside its settings, and only the settings are ours.
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const locales = 'resources/locales'
const plugin = 'node_modules/@inlang/plugin-message-format/dist/index.js'
const output = join(root, 'src', 'renderer', 'messages')
const stampFile = join(output, 'compiled-from')

/** Compiles where a catalogue, a setting or the compiler changed since the last time; says nothing. */
export async function compileMessages(): Promise<void> {
  const stamp = stampOf([
    ...filesBelow(join(root, locales)),
    join(root, plugin),
    join(root, 'node_modules/@inlang/paraglide-js/package.json'),
    import.meta.filename,
  ])
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  checkSyntax()
  const copy = mkdtempSync(join(tmpdir(), 'athanor-messages-'))
  try {
    cpSync(join(root, locales), join(copy, locales), { recursive: true })
    mkdirSync(dirname(join(copy, plugin)), { recursive: true })
    copyFileSync(join(root, plugin), join(copy, plugin))
    await compileInto(join(copy, 'out'), join(copy, locales, 'project.inlang'))
    replaceFolder(join(copy, 'out'), output)
    writeFileSync(stampFile, stamp)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function compileInto(outdir: string, project: string): Promise<void> {
  // Takes half a second to load, which is only worth it where something changed.
  const { compile } = await import('@inlang/paraglide-js')
  const { fetch } = globalThis
  // A library below the compiler reports its use to its makers; building Athanor speaks to nobody.
  globalThis.fetch = () => Promise.reject(new Error('Compiling the messages needs no network.'))
  try {
    await compile({
      project,
      outdir,
      // The page says which language holds; see src/renderer/language.svelte.ts.
      strategy: ['globalVariable', 'baseLocale'],
      isServer: 'false',
      outputStructure: 'locale-modules',
      emitTsDeclarations: true,
      emitReadme: false,
      emitGitIgnore: false,
      emitPrettierIgnore: false,
    })
  } finally {
    globalThis.fetch = fetch
  }
}

/** The compiler leaves out a catalogue that it cannot parse; a person should hear of it instead. */
function checkSyntax(): void {
  for (const file of filesBelow(join(root, locales)).filter((name) => name.endsWith('.json'))) {
    try {
      JSON.parse(readFileSync(file, 'utf8'))
    } catch (error) {
      throw new Error(`${relative(root, file)} is not valid JSON: ${String(error)}`, { cause: error })
    }
  }
}

function stampOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${relative(root, file)}\n`).update(readFileSync(file))
  return hash.digest('hex')
}

/** File by file and by renaming: another program may be reading the folder now. */
function replaceFolder(from: string, to: string): void {
  const names = filesBelow(from).map((file) => relative(from, file))
  for (const name of names) {
    const target = join(to, name)
    const fresh = readFileSync(join(from, name))
    if (existsSync(target) && readFileSync(target).equals(fresh)) continue
    mkdirSync(dirname(target), { recursive: true })
    const temporary = `${target}.${String(process.pid)}`
    writeFileSync(temporary, fresh)
    renameSync(temporary, target)
  }
  for (const file of filesBelow(to)) {
    if (file !== stampFile && !names.includes(relative(to, file))) rmSync(file, { force: true })
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

if (import.meta.main) await compileMessages()
