import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { promisify } from 'node:util'

/** What any card of its own memory has that is worth training on. */
export const leastMemoryBytes = 4 * 1024 ** 3
/** Of the machine's memory, where the card has none of its own. */
const sharedRatio = 0.5
/** A driver that takes longer does not answer. */
const answerMs = 5_000

/** The memory of a graphics card, which WebGPU keeps to itself: as its driver says, or as little as it can have. */
export async function graphicsMemoryBytes(card: {
  readonly vendor: string
  readonly isSoftware: boolean
}): Promise<number> {
  if (card.isSoftware || card.vendor === 'apple' || card.vendor === 'intel') return totalmem() * sharedRatio
  const told = card.vendor === 'nvidia' ? await nvidiaMemoryBytes() : await amdMemoryBytes()
  return told ?? leastMemoryBytes
}

let nvidiaAnswer: Promise<number | null> | null = null

/** What NVIDIA's driver says of the first card; asked once, since it may hang after a card has failed. */
export function nvidiaMemoryBytes(): Promise<number | null> {
  nvidiaAnswer ??= askNvidia()
  return nvidiaAnswer
}

async function askNvidia(): Promise<number | null> {
  const words = ['--query-gpu=memory.total', '--format=csv,noheader,nounits', '--id=0']
  const answer = await promisify(execFile)('nvidia-smi', words, { timeout: answerMs }).catch(() => ({ stdout: '' }))
  const mebibytes = Number.parseInt(answer.stdout, 10)
  return Number.isFinite(mebibytes) ? mebibytes * 1024 ** 2 : null
}

/**
 * What Linux says of the largest of AMD's cards. One in the processor has little of its own, and takes the machine's
 * (`gtt`) beside it.
 */
async function amdMemoryBytes(): Promise<number | null> {
  const own = await largestOf('/sys/class/drm/card*/device/mem_info_vram_total')
  if (own >= leastMemoryBytes) return own
  const taken = await largestOf('/sys/class/drm/card*/device/mem_info_gtt_total')
  return own + taken > 0 ? own + taken : null
}

async function largestOf(files: string): Promise<number> {
  let largest = 0
  for await (const file of glob(files)) largest = Math.max(largest, Number(readFileSync(file, 'utf8')) || 0)
  return largest
}
