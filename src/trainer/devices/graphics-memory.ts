import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { promisify } from 'node:util'

/** What any card of its own memory has that is worth training on. */
export const leastMemoryBytes = 4 * 1024 ** 3
/** Of the machine's memory, where the card has none of its own. */
const sharedRatio = 0.5

/** The memory of a graphics card, which WebGPU keeps to itself: as its driver says, or as little as it can have. */
export async function graphicsMemoryBytes(card: {
  readonly vendor: string
  readonly isSoftware: boolean
}): Promise<number> {
  if (card.isSoftware || card.vendor === 'apple' || card.vendor === 'intel') return totalmem() * sharedRatio
  const told = card.vendor === 'nvidia' ? await nvidiaMemoryBytes() : await amdMemoryBytes()
  return told ?? leastMemoryBytes
}

/** What NVIDIA's driver says of the first card. */
export async function nvidiaMemoryBytes(): Promise<number | null> {
  const options = ['--query-gpu=memory.total', '--format=csv,noheader,nounits', '--id=0']
  const { stdout } = await promisify(execFile)('nvidia-smi', options).catch(() => ({ stdout: '' }))
  const mebibytes = Number.parseInt(stdout, 10)
  return Number.isFinite(mebibytes) ? mebibytes * 1024 ** 2 : null
}

/** What Linux says of the largest of AMD's cards. */
async function amdMemoryBytes(): Promise<number | null> {
  const sizes: number[] = []
  for await (const file of glob('/sys/class/drm/card*/device/mem_info_vram_total')) {
    sizes.push(Number(readFileSync(file, 'utf8')))
  }
  const largest = Math.max(...sizes.filter(Number.isFinite))
  return largest > 0 ? largest : null
}
