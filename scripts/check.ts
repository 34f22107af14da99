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

/** TypeScript is linted by oxlint, what it does not read by ESLint. */
const reading: readonly Step[] = [
  { name: 'format', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
  { name: 'imports', command: ['scripts/check-imports.ts'] },
  { name: 'file sizes', command: ['scripts/check-file-sizes.ts'] },
  { name: 'lint components', command: ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'] },
  { name: 'lint', command: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings', ...unusedAreErrors] },
]
const typing: readonly Step[] = [{ name: 'types', command: ['scripts/check-types.ts'] }]
const testing: readonly Step[] = [
  { name: 'unit tests', command: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', ...report] },
]

/** What it prints comes when it has ended, so that steps side by side do not mix. */
async function passes({ name, command }: Step): Promise<boolean> {
  const started = Date.now()
  const child = spawn(process.execPath, [...command], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  process.stdout.write(Buffer.concat(printed))
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}  ${seconds} s`)
  return status === 0
}

async function pass(steps: readonly Step[]): Promise<boolean> {
  let hasPassed = true
  for (const step of steps) hasPassed = (await passes(step)) && hasPassed
  return hasPassed
}

// Most of reading and of typing is done on one core; the tests use all.
const results = [...(await Promise.all([pass(typing), pass(reading)])), await pass(testing)]
if (results.includes(false)) process.exit(1)
