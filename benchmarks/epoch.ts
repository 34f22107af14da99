/**
 * A real epoch from image files, reading, augmenting and training ResNet-18 at 224 in batches of 32: `athanor tune` on the
 * onednn device beside PyTorch with loaders of as many processes as there are cores. They take turns; medians.
 *
 *   node benchmarks/epoch.ts PEER DATA [--limit 640] [--rounds 3]
 *
 * DATA holds train/<class>/* and test/<class>/*; it is copied. PEER answers `DATA --scratch --epochs 1 --batch 32 --limit N`
 * with a last line of JSON that has train_images_per_s.
 */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { copyProject } from './project-copy.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '640' }, rounds: { type: 'string', default: '3' } },
})
const [peer, data] = positionals
if (peer === undefined || data === undefined) throw new Error('Name the PyTorch program and the folder of images.')
const cores = String(availableParallelism())
const common = ['--epochs', '1', '--limit', values.limit]

/** What the benchmark reads of `athanor tune --json`. */
const Output = z.object({
  model: z.object({ history: z.array(z.object({ imagesPerSecond: z.number() })).length(1) }),
  profile: z.object({ waitSeconds: z.number(), computeSeconds: z.number() }),
})

interface Epoch {
  readonly imagesPerSecond: number
  /** Of the time in which the device had nothing to compute on. */
  readonly waitRatio: number | null
}

using project = copyProject(data)

function ours(precision: string): Epoch {
  const recipe = ['--preset', 'from-scratch', '--batch-size', '32', '--device', 'onednn', '--precision', precision]
  const { model, profile } = Output.parse(
    JSON.parse(project.athanor('tune', ...recipe, ...common, '--profile', '--json')),
  )
  const { waitSeconds, computeSeconds } = profile
  return {
    imagesPerSecond: model.history[0]?.imagesPerSecond ?? Number.NaN,
    waitRatio: waitSeconds / (waitSeconds + computeSeconds),
  }
}

function theirs(): Epoch {
  const file = join(import.meta.dirname, 'peer.py')
  const env = { ...process.env, OMP_NUM_THREADS: cores, WORKERS: cores }
  const args = [file, resolve(peer ?? ''), resolve(data ?? ''), '--scratch', '--batch', '32', ...common]
  const line = execFileSync('/usr/bin/python3', args, { env, encoding: 'utf8' }).trim().split('\n').at(-2) ?? ''
  return { imagesPerSecond: (JSON.parse(line) as { train_images_per_s: number }).train_images_per_s, waitRatio: null }
}

const subjects: readonly (readonly [name: string, measure: () => Epoch])[] = [
  ['onednn float32', () => ours('float32')],
  ['onednn bfloat16', () => ours('bfloat16')],
  [`PyTorch, ${cores} workers`, theirs],
]
const epochs = new Map<string, Epoch[]>(subjects.map(([name]) => [name, []]))
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, measure] of subjects) epochs.get(name)?.push(measure())
}
const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN
const rateOf = (name: string) => median((epochs.get(name) ?? []).map(({ imagesPerSecond }) => imagesPerSecond))
const peerRate = rateOf(subjects.at(-1)?.[0] ?? '')
console.log('| | images/s | ratio | waiting for pictures |\n| --- | ---: | ---: | ---: |')
for (const [name] of subjects) {
  const waits = (epochs.get(name) ?? []).flatMap(({ waitRatio }) => (waitRatio === null ? [] : [waitRatio]))
  const waiting = waits.length === 0 ? '' : `${(100 * median(waits)).toFixed(1)} %`
  console.log(`| ${name} | ${rateOf(name).toFixed(2)} | ${(rateOf(name) / peerRate).toFixed(2)} | ${waiting} |`)
}
