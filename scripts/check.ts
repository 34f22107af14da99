/** `npm run check`: everything that a change must pass before it is worth running the slower tests. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compileMessages } from './compile-messages.ts'

const { values } = parseArgs({ options: { report: { type: 'string' } } })
const root = join(import.meta.dirname, '..')
const report = values.report ? ['--reporter=default', '--reporter=json', `--outputFile=${values.report}`] : []

// Types and tests look at what is compiled from the catalogues.
await compileMessages()

const steps: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
  { name: 'lint', command: ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'] },
  { name: 'imports', command: ['scripts/check-imports.ts'] },
  { name: 'file sizes', command: ['scripts/check-file-sizes.ts'] },
  { name: 'types', command: ['scripts/check-types.ts'] },
  { name: 'unit tests', command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...report] },
]

let failed = false
for (const { name, command } of steps) {
  const started = Date.now()
  const { status } = spawnSync(process.execPath, [...command], { cwd: root, stdio: 'inherit' })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds} s`)
  failed ||= status !== 0
}
if (failed) process.exit(1)
