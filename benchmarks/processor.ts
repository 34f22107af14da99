/**
 * A training step and inference of ResNet-18 at 224, batch 32, on the processor: the onednn device in each precision and
 * the wasm device beside PyTorch plain, with channels last, and with channels last in bfloat16. Every sample is a process
 * of its own; they take turns, so that all see the same machine. Prints medians and the ratios that count.
 *
 *   node benchmarks/processor.ts PEER [--rounds 5] [--threads N]
 *
 * PEER is a PyTorch program that answers `--speed [--channels-last] [--bf16]` with one line of JSON that has
 * train_images_per_s and infer_images_per_s.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureKernelsBuilt } from '../native/wasm/build.ts'
import { countPhysicalCores } from '../src/imaging/physical-cores.ts'
import { onednnDevice } from '../src/trainer/devices/onednn.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, threads: { type: 'string' } },
})
const [peer] = positionals
if (peer === undefined) throw new Error('Name the PyTorch program.')
const threads = values.threads ?? String(countPhysicalCores())

interface Sample {
  readonly train: number
  readonly infer: number
  readonly peakMiB: number
}

function ours(device: string, precision: string): Sample {
  const file = join(import.meta.dirname, 'device-sample.ts')
  const answer = execFileSync(process.execPath, [file, device, precision, '--threads', threads], { encoding: 'utf8' })
  return JSON.parse(answer.trim().split('\n').at(-1) ?? '') as Sample
}

function theirs(...flags: readonly string[]): Sample {
  const file = join(import.meta.dirname, 'peer.py')
  const env = { ...process.env, OMP_NUM_THREADS: threads }
  const answer = execFileSync('/usr/bin/python3', [file, peer ?? '', 'x', '--speed', ...flags], {
    env,
    encoding: 'utf8',
  })
  const [line = '', peakMiB] = answer.trim().split('\n').slice(-2)
  const speed = JSON.parse(line) as { train_images_per_s: number; infer_images_per_s: number }
  return { train: speed.train_images_per_s, infer: speed.infer_images_per_s, peakMiB: Number(peakMiB) }
}

await ensureKernelsBuilt()
const found = await onednnDevice.probe()
if (!found.available) throw new Error(`${found.reason} ${found.cure ?? ''}`)
const hasBfloat16 = found.precisions.includes('bfloat16')
const subjects: readonly (readonly [name: string, measure: () => Sample])[] = [
  ['onednn float32', () => ours('onednn', 'float32')],
  ['PyTorch', () => theirs()],
  ['PyTorch channels last', () => theirs('--channels-last')],
  ...(hasBfloat16
    ? ([
        ['onednn bfloat16', () => ours('onednn', 'bfloat16')],
        ['PyTorch channels last bfloat16', () => theirs('--channels-last', '--bf16')],
      ] as const)
    : []),
  ['wasm', () => ours('wasm', 'float32')],
]

const samples = new Map<string, Sample[]>(subjects.map(([name]) => [name, []]))
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, measure] of subjects) samples.get(name)?.push(measure())
}

function median(name: string, figure: keyof Sample): number {
  const sorted = (samples.get(name) ?? []).map((sample) => sample[figure]).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

console.log(
  `${found.name}, ${threads} threads, ResNet-18, 224, batch 32: medians of ${values.rounds} processes in turns`,
)
console.log('| | training, images/s | inference, images/s | peak memory, MiB |\n| --- | ---: | ---: | ---: |')
for (const [name] of subjects) {
  const [train, infer, peakMiB] = (['train', 'infer', 'peakMiB'] as const).map((figure) => median(name, figure))
  const range = (figure: 'train' | 'infer') => {
    const all = (samples.get(name) ?? []).map((sample) => sample[figure])
    return `${Math.min(...all).toFixed(1)}–${Math.max(...all).toFixed(1)}`
  }
  console.log(
    `| ${name} | ${train?.toFixed(2)} (${range('train')}) | ${infer?.toFixed(1)} (${range('infer')}) | ${peakMiB?.toFixed(0)} |`,
  )
}

const ratio = (figure: keyof Sample, ourName: string, theirName: string) =>
  (median(ourName, figure) / median(theirName, figure)).toFixed(2)
const comparisons: readonly (readonly [what: string, keyof Sample, ours: string, theirs: string])[] = [
  ['float32 training step over the plain peer', 'train', 'onednn float32', 'PyTorch'],
  ['float32 training step over channels last', 'train', 'onednn float32', 'PyTorch channels last'],
  ['bfloat16 training step over the plain peer', 'train', 'onednn bfloat16', 'PyTorch'],
  ['bfloat16 training step over its bfloat16', 'train', 'onednn bfloat16', 'PyTorch channels last bfloat16'],
  ['float32 inference over the plain peer', 'infer', 'onednn float32', 'PyTorch'],
  ['bfloat16 inference over its bfloat16', 'infer', 'onednn bfloat16', 'PyTorch channels last bfloat16'],
  ['float32 memory over the plain peer', 'peakMiB', 'onednn float32', 'PyTorch'],
  ['bfloat16 memory over its bfloat16', 'peakMiB', 'onednn bfloat16', 'PyTorch channels last bfloat16'],
  ['float32 training step over wasm', 'train', 'onednn float32', 'wasm'],
]
console.log('\n| ratio | |\n| --- | ---: |')
for (const [what, figure, ourName, theirName] of comparisons) {
  if (samples.has(ourName)) console.log(`| ${what} | ${ratio(figure, ourName, theirName)} |`)
}
