/** Type-checks each part with its own tsconfig, so that code for the wrong platform does not compile. */
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readdirSync } from 'node:fs'
import { compileMessages } from './compile-messages.ts'

const root = join(import.meta.dirname, '..')
const bin = (name: string): string => join(root, 'node_modules', name)
const jobs = [
  // It takes longest, and so begins first.
  {
    name: 'svelte-check',
    args: [bin('svelte-check/bin/svelte-check'), '--tsconfig', './tsconfig.renderer.json', '--fail-on-warnings'],
  },
  ...readdirSync(root)
    .filter((name) => /^tsconfig\.\w+\.json$/.test(name) && name !== 'tsconfig.renderer.json')
    // Several times as fast as the compiler in JavaScript, which svelte-check still needs.
    .map((name) => ({ name, args: [bin('typescript-native/bin/tsc'), '-p', name] })),
]

function runJob(job: (typeof jobs)[number]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(process.execPath, job.args, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) console.error(`${job.name}\n${stdout}${stderr}`)
      resolve(error === null)
    })
  })
}

async function worker(): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    if (!(await runJob(job))) process.exitCode = 1
  }
}

await compileMessages()
const count = jobs.length
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker))
if (!process.exitCode) console.log(`types: ${String(count)} parts check`)
