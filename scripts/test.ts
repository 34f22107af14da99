/**
 * `npm test`: the fast gate, the build, then every level of tests; says at the end what ran, what was skipped and why.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { absenceOf, studioHosts } from '../tests/support/studio-hosts.ts'
import { ensureChromium, installCommand } from './ensure-chromium.ts'
import { ensureVulkan } from './ensure-vulkan.ts'

interface TestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
}

const root = join(import.meta.dirname, '..')
const levels = ['contract', 'integration', 'fuzz', 'devices', 'parity', 'e2e']

class StepFailed extends Error {}

/** Runs one program of the project under this Node. */
function step(name: string, file: string, args: readonly string[]): void {
  console.log(`\n== ${name}`)
  const started = Date.now()
  const { status } = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' })
  console.log(`== ${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`)
  if (status !== 0) throw new StepFailed(name)
}

// Before anything slow: without a browser the tests of the page cannot run.
const chromium = ensureChromium()
if (chromium === null) {
  console.error(`No Chromium or Chrome was found. The tests of the page need one: ${installCommand()}`)
  process.exit(1)
}
process.env['CHROMIUM_PATH'] = chromium
const vulkan = ensureVulkan()
process.env['ATHANOR_TEST_VULKAN'] = JSON.stringify(vulkan.environment ?? {})

const folder = mkdtempSync(join(tmpdir(), 'athanor-test-'))
const reportFile = join(folder, 'report.json')
try {
  step('check', 'scripts/check.ts', [`--report=${join(folder, 'unit.json')}`])
  step('build', 'scripts/build.ts', [])
  step('tests', 'node_modules/vitest/vitest.mjs', [
    'run',
    ...levels.flatMap((level) => ['--project', level]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${reportFile}`,
  ])
  const reports = [join(folder, 'unit.json'), reportFile].map(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as TestReport,
  )
  const sum = (count: (report: TestReport) => number): string =>
    String(reports.reduce((total, report) => total + count(report), 0))
  const skipped = sum((report) => report.numPendingTests + report.numTodoTests)
  console.log(`\n${sum((r) => r.numPassedTests)} passed, ${sum((r) => r.numFailedTests)} failed, ${skipped} skipped`)
  console.log(`the webgpu device: ${vulkan.absence ?? 'ran'}`)
  for (const host of studioHosts) console.log(`the studio in ${host}: ${absenceOf(host) ?? 'ran'}`)
} catch (thrown) {
  if (!(thrown instanceof StepFailed)) throw thrown
  console.error(`\n${thrown.message} failed.`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
