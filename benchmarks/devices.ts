/**
 * Every device of this machine: images per second of a training step and of inference of ResNet-18, and what each kernel
 * takes of the step; webgpu beside tfjs's own kernels, and PyTorch on the same NVIDIA card where both are there. Every
 * sample is a process of its own; they take turns.
 *
 *   npm run bench:devices -- [--images 128] [--side 224] [--rounds 3] [--repeats 5] [--devices webgpu,onednn]
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureKernelsBuilt } from '../native/wasm/build.ts'
import { devices } from '../src/trainer/devices/table.ts'

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '128' },
    side: { type: 'string', default: '224' },
    rounds: { type: 'string', default: '3' },
    repeats: { type: 'string', default: '5' },
    devices: { type: 'string' },
    python: { type: 'string', default: 'python3' },
  },
})
const { images, side, rounds, repeats, python } = values
const shape = ['--images', images, '--side', side, '--repeats', repeats]

interface Sample {
  readonly name: string
  readonly images: number
  readonly train: number
  readonly infer: number
  readonly kernels: Readonly<Record<string, number>>
}

/** What the last line of a program's answer says, as JSON. */
function lastLineOf(file: string, words: readonly string[]): unknown {
  const answer = execFileSync(file, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return JSON.parse(answer.trim().split('\n').at(-1) ?? '')
}

function ours(...words: readonly string[]): Sample {
  const file = join(import.meta.dirname, 'device-sample.ts')
  return lastLineOf(process.execPath, [file, ...words, ...shape, '--kernels']) as Sample
}

/** Null where there is no PyTorch or no card for it. */
function theirs(...flags: readonly string[]): Sample | null {
  const file = join(import.meta.dirname, 'devices_peer.py')
  const answer = askPeer([file, '--images', images, '--side', side, ...flags])
  if (!('absence' in answer)) return { ...answer, images: Number(images), kernels: {} }
  console.log(`Without the peer: ${answer.absence}.`)
  return null
}

type PeerAnswer = Omit<Sample, 'images' | 'kernels'> | { readonly absence: string }

function askPeer(words: readonly string[]): PeerAnswer {
  try {
    return lastLineOf(python, words) as PeerAnswer
  } catch (thrown) {
    return { absence: `${python} could not be run: ${thrown instanceof Error ? thrown.message : String(thrown)}` }
  }
}

type Subject = readonly [name: string, measure: () => Sample]

await ensureKernelsBuilt()
const wanted = values.devices?.split(',')
const subjects: Subject[] = []
for (const device of devices.filter(({ id }) => wanted === undefined || wanted.includes(id))) {
  const found = await device.probe()
  if (!found.available) console.log(`Without ${device.id}: ${found.reason}`)
  const precisions = found.available ? [...found.precisions, ...(found.precisionsOnWish ?? [])] : []
  for (const precision of precisions) {
    subjects.push([`${device.id} ${precision}`, () => ours(device.id, precision)])
  }
  if (found.available && device.id === 'webgpu') {
    subjects.push(['webgpu as tfjs has it', () => ours('webgpu', 'float32', '--as-it-comes')])
  }
}
const peers: readonly (readonly [string, readonly string[]])[] = [
  ['PyTorch float32', []],
  ['PyTorch TF32', ['--tf32']],
  ['PyTorch bfloat16', ['--tf32', '--bf16']],
]
const firstPeer = theirs()
for (const [name, flags] of firstPeer === null ? [] : peers) {
  subjects.push([name, () => present(theirs(...flags))])
}

function present(sample: Sample | null): Sample {
  if (sample === null) throw new Error('The peer answers no longer.')
  return sample
}

const samples = new Map<string, Sample[]>(subjects.map(([name]) => [name, []]))
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, measure] of subjects) samples.get(name)?.push(measure())
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

const medianOf = (name: string, figure: 'train' | 'infer') =>
  median((samples.get(name) ?? []).map((sample) => sample[figure]))

/** Milliseconds of a step, median over the rounds; no key where the backend does not tell. */
function kernelsOf(name: string): Map<string, number> {
  const all = samples.get(name) ?? []
  const names = new Set(all.flatMap(({ kernels }) => Object.keys(kernels)))
  return new Map([...names].map((kernel) => [kernel, median(all.map(({ kernels }) => kernels[kernel] ?? 0))]))
}

console.log(`\nResNet-18 at ${side} px: medians of ${rounds} processes in turns`)
console.log('| | | images at once | training, images/s | inference, images/s |\n| --- | --- | ---: | ---: | ---: |')
for (const [subject] of subjects) {
  const [first] = samples.get(subject) ?? []
  const figures = [medianOf(subject, 'train').toFixed(2), medianOf(subject, 'infer').toFixed(2)]
  console.log(`| ${subject} | ${first?.name} | ${first?.images} | ${figures.join(' | ')} |`)
}

for (const [subject] of subjects) {
  const kernels = [...kernelsOf(subject)].sort(([, a], [, b]) => b - a)
  const totalMs = kernels.reduce((sum, [, ms]) => sum + ms, 0)
  if (totalMs === 0) continue
  console.log(`\n${subject}: of ${totalMs.toFixed(1)} ms in kernels`)
  for (const [kernel, ms] of kernels.slice(0, 10)) {
    console.log(`  ${((100 * ms) / totalMs).toFixed(1).padStart(5)} %  ${ms.toFixed(1).padStart(9)} ms  ${kernel}`)
  }
}

const ratio = (what: string, value: number, goal: string) => console.log(`| ${what} | ${value.toFixed(2)} | ${goal} |`)
console.log('\n| ratio, in the same run | | goal |\n| --- | ---: | ---: |')
const [mine, plain] = ['webgpu float32', 'webgpu as tfjs has it']
if (samples.has(plain)) {
  const filterMs = (name: string) => kernelsOf(name).get('Conv2DBackpropFilter') ?? Number.NaN
  ratio("training step over tfjs's kernels", medianOf(mine, 'train') / medianOf(plain, 'train'), '5; 2 in software')
  ratio("filter gradient over tfjs's kernel", filterMs(plain) / filterMs(mine), '5 in software')
}
for (const device of firstPeer === null ? [] : ['webgpu', 'cuda'].filter((id) => samples.has(`${id} float32`))) {
  for (const [name] of peers) {
    const goal = name === 'PyTorch float32' ? '0.6' : ''
    ratio(
      `${device} training step over ${name}`,
      medianOf(`${device} float32`, 'train') / medianOf(name, 'train'),
      goal,
    )
  }
}
