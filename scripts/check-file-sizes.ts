/** Projects of this kind rot in the same few files; each has a limit of its own, and every file has one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listSources } from './list-sources.ts'

/** The first matching rule wins. */
const limits: readonly { readonly pattern: RegExp; readonly lines: number }[] = [
  { pattern: /^src\/renderer\/App\.svelte$/, lines: 150 },
  { pattern: /^src\/trainer\/train\.ts$/, lines: 80 },
  { pattern: /\/index\.ts$/, lines: 120 },
  { pattern: /-repository\.ts$/, lines: 250 },
  { pattern: /^src\//, lines: 400 },
  { pattern: /^native\//, lines: 400 },
  { pattern: /^tests\//, lines: 600 },
  { pattern: /./, lines: 400 },
]

const root = join(import.meta.dirname, '..')
const files = listSources(root, ['src', 'native', 'scripts', 'tests', 'benchmarks'], ['.ts', '.mjs', '.svelte']).filter(
  // Compiled from the catalogues.
  (file) => !file.startsWith('src/renderer/messages/'),
)
const problems = files.flatMap((file) => {
  const count = readFileSync(join(root, file), 'utf8').split('\n').length - 1
  const limit = limits.find(({ pattern }) => pattern.test(file))?.lines ?? 0
  return count > limit ? [`${file}: ${String(count)} lines, at most ${String(limit)}`] : []
})
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
else console.log(`file sizes: ${String(files.length)} files within their limits`)
