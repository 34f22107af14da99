/**
 * Files per second of an import beside `vipsthumbnail` over the same files: examining alone (hash, facts, perceptual
 * hashes, thumbnail, in one imaging process), and the whole of `athanor import` with its start and its catalog.
 *
 *   node benchmarks/import.ts FOLDER [--files 400] [--repeat 3] [--in-flight N]
 *
 * The peers run between our runs, so that both see the same machine: vipsthumbnail to WebP of the same size, quality and
 * effort, and to JPEG, which it writes by default. Each is one process over all files, as it is meant to be used.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { createNodeHost } from '../src/main/core/processes/node-host.ts'
import { openImaging } from '../src/main/core/processes/open-process.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '400' },
    repeat: { type: 'string', default: '3' },
    'in-flight': { type: 'string', default: String(Math.min(8, availableParallelism() + 1)) },
  },
})
const [source] = positionals
if (source === undefined) throw new Error('Name a folder of images.')
const repeat = Number(values.repeat)
const inFlight = Number(values['in-flight'])
const thumbnailPx = 256

const work = mkdtempSync(join(tmpdir(), 'athanor-import-'))
const folder = join(work, 'images')
mkdirSync(folder)
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(jpe?g|png|webp|gif|tiff?)$/i.test(name))
  .sort()
  .slice(0, Number(values.files))
  .map((name, index) => {
    const file = join(folder, `${String(index).padStart(6, '0')}-${basename(name)}`)
    symlinkSync(resolve(source, name), file)
    return file
  })

/** What the benchmark reads of `athanor import --json`. */
const Output = z.object({ summary: z.object({ added: z.int().positive() }) })

/** Files per second. */
type Rate = number

async function examineAll(): Promise<Rate> {
  const imaging = openImaging(createNodeHost())
  try {
    // The import starts its process once; here it is not a part of what is measured.
    await imaging.client.examine({ file: files[0] ?? '', thumbnailPx })
    const startMs = performance.now()
    let next = 0
    const examineSome = async (): Promise<void> => {
      for (let file = files[next++]; file !== undefined; file = files[next++]) {
        const examination = await imaging.client.examine({ file, thumbnailPx })
        if (examination.state !== 'readable') console.log(`${file}: ${examination.message}`)
      }
    }
    await Promise.all(Array.from({ length: inFlight }, examineSome))
    return files.length / ((performance.now() - startMs) / 1000)
  } finally {
    await imaging.close()
  }
}

function importAll(): Rate {
  const project = mkdtempSync(join(work, 'project-'))
  const cli = join(import.meta.dirname, '../src/main/cli/index.ts')
  // Not our folder of links: an import does not follow those that lead out of it.
  const real = resolve(source ?? '')
  const startMs = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'import', real, '--project', project, '--json'])
  if (status !== 0) throw new Error(`athanor import failed: ${stderr.toString()}`)
  const seconds = (performance.now() - startMs) / 1000
  const { summary } = Output.parse(JSON.parse(stdout.toString()))
  return summary.added / seconds
}

function thumbnailAll(output: string): Rate {
  const target = mkdtempSync(join(work, 'peer-'))
  const startMs = performance.now()
  execFileSync('vipsthumbnail', ['--size', String(thumbnailPx), '-o', join(target, output), ...files], {
    stdio: 'ignore',
  })
  return files.length / ((performance.now() - startMs) / 1000)
}

function median(rates: readonly Rate[]): Rate {
  return [...rates].sort((a, b) => a - b)[rates.length >> 1] ?? 0
}

const rates = { examine: [] as Rate[], import: [] as Rate[], webp: [] as Rate[], jpeg: [] as Rate[] }
try {
  for (let run = 0; run < repeat; run += 1) {
    rates.webp.push(thumbnailAll('%s.webp[Q=80,effort=0]'))
    rates.examine.push(await examineAll())
    rates.jpeg.push(thumbnailAll('%s.jpg'))
    rates.import.push(importAll())
  }
} finally {
  rmSync(work, { recursive: true })
}

const [webp, jpeg] = [median(rates.webp), median(rates.jpeg)]
console.log(`${files.length} files, ${inFlight} in flight, medians of ${repeat} runs, in files per second`)
console.log(`vipsthumbnail to WebP        ${webp.toFixed(1)}`)
console.log(`vipsthumbnail to JPEG        ${jpeg.toFixed(1)}`)
for (const [name, rate] of [
  ['examine, imaging process', median(rates.examine)],
  ['athanor import, whole run', median(rates.import)],
] as const) {
  console.log(
    `${name.padEnd(28)} ${rate.toFixed(1)}   ${(rate / webp).toFixed(2)} of WebP, ${(rate / jpeg).toFixed(2)} of JPEG`,
  )
}
