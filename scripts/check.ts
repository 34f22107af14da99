/** `npm run check`: everything that a change must pass before it is worth running the slower tests. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compileMessages } from './compile-messages.ts'

const { values } = parseArgs({ options: { report: { type: 'string' } } })
const root = join(import.meta.dirname, '..')
const report = values.report ? ['--reporter=default', '--reporter=json', `--outputFile=${values.report}`] : []

// Types and tests look at what is compiled from the catalogues.
await compileMessages()

const unusedAreErrors = ['--report-unused-disable-directives-severity=error']

interface Step {
  readonly name: string
  readonly command: readonly string[]
}

/** Run one after the other. TypeScript is linted by oxlint, what it does not read by ESLint. */
const steps: readonly Step[] = [
  { name: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
  { name: 'imports', command: ['scripts/check-imports.ts'] },
  { name: 'file sizes', command: ['scripts/check-file-sizes.ts'] },
  { name: 'types', command: ['scripts/check-types.ts'] },
  { name: 'lint', command: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...unusedAreErrors] },
  { name: 'lint components', command: ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'] },
  { name: 'unit tests', command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...report] },
]
async function passes({ name, command }: Step): Promise<boolean> {
  const started = Date.now()
  const child = spawn(process.execPath, [...command], { cwd: root, stdio: 'inherit' })
  const [status] = (await once(child, 'exit')) as [number | null]
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds} s`)
  return status === 0
}

let hasPassed = true
for (const step of steps) hasPassed = (await passes(step)) && hasPassed
if (!hasPassed) process.exit(1)
