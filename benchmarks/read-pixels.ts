/**
 * Images per second that become input of the network, on all cores, as test views (resize 256, crop 224) and as random
 * crops of 224; beside torchvision over the same files where /usr/bin/python3 has it.
 *
 *   node benchmarks/read-pixels.ts FOLDER [--files 400] [--repeat 3]
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readCropPixels } from '../src/imaging/read-crop-pixels.ts'
import { readTestPixels } from '../src/imaging/read-test-pixels.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { files: { type: 'string', default: '400' }, repeat: { type: 'string', default: '3' } },
})
const [source] = positionals
if (source === undefined) throw new Error('Name a folder of images.')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
  .sort()
  .slice(0, Number(values.files))
  .map((name) => resolve(source, name))

/** As many as a training run has under way. */
const inFlight = 16
const crop = { scaleMin: 0.08, scaleMax: 1, ratioMin: 3 / 4, ratioMax: 4 / 3 }
const views = {
  test: (file: string) => readTestPixels(file, { resizePx: 256, cropPx: 224 }),
  crop: (file: string, index: number) =>
    readCropPixels(file, {
      box: { keys: [1, index], crop },
      sizePx: 224,
      flipHorizontally: index % 2 === 0,
      flipVertically: false,
    }),
}
type View = keyof typeof views
type Rates = Record<View, number[]>

async function measure(view: View): Promise<number> {
  const startMs = performance.now()
  let next = 0
  const readSome = async (): Promise<void> => {
    for (let index = next++; index < files.length; index = next++) await views[view](files[index] ?? '', index)
  }
  await Promise.all(Array.from({ length: inFlight }, readSome))
  return files.length / ((performance.now() - startMs) / 1000)
}

function measurePeer(rates: Rates): void {
  const script = join(import.meta.dirname, 'read_pixels_peer.py')
  const { status, stdout } = spawnSync('/usr/bin/python3', ['-B', script], { input: files.join('\n') })
  if (status !== 0) return
  for (const line of stdout.toString().trim().split('\n')) {
    const [view, rate] = line.split(' ')
    if (view === 'test' || view === 'crop') rates[view].push(Number(rate))
  }
}

function median(rates: readonly number[]): number {
  return [...rates].sort((a, b) => a - b)[rates.length >> 1] ?? Number.NaN
}

const ours: Rates = { test: [], crop: [] }
const peer: Rates = { test: [], crop: [] }
await Promise.all(files.slice(0, inFlight).map((file) => views.test(file)))
for (let run = 0; run < Number(values.repeat); run += 1) {
  ours.test.push(await measure('test'))
  ours.crop.push(await measure('crop'))
  measurePeer(peer)
}
console.log(`${files.length} files, medians of ${values.repeat} runs, in images per second`)
for (const view of ['test', 'crop'] as const) {
  const [here, there] = [median(ours[view]), median(peer[view])]
  const comparison = Number.isNaN(there)
    ? 'no torchvision to compare with'
    : `torchvision ${there.toFixed(0)}   ratio ${(here / there).toFixed(2)}`
  console.log(`${view}   ${here.toFixed(0)}   ${comparison}`)
}
