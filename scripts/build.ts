/** `npm run build`: the programs, the preload script and the page into `out/`, and the WebAssembly kernels beside them. */
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureKernelsBuilt } from '../native/wasm/build.ts'
import { compileMessages } from './compile-messages.ts'

const root = join(import.meta.dirname, '..')
// First: what it writes is a source of the build.
await compileMessages()
const startedAt = new Date()

// electron-vite insists on Electron's executable before it builds anything; only its `dev` and `preview` run it.
process.env['ELECTRON_EXEC_PATH'] ??= process.execPath
process.chdir(root)
const { build } = await import('electron-vite')
await build({ root, logLevel: 'warn' })
await ensureKernelsBuilt()
// Written last, so that a build that was cut short is not taken for a whole one; with the time of its start, so that a
// source that changed meanwhile is seen as newer.
const builtFile = join(root, 'out', 'built-at')
writeFileSync(builtFile, `${startedAt.toISOString()}\n`)
utimesSync(builtFile, startedAt, startedAt)
