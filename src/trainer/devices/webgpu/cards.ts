import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { said, type Said } from '../../../shared/said.ts'
import { describeLoadError, isMissingPackage, type OptionalPackage } from '../optional-package.ts'

/** The little that is used of WebGPU's interface, which Node's types do not have. */
interface Gpu {
  requestAdapter(options: { powerPreference: PowerPreference }): Promise<GpuAdapter | null>
}

export interface GpuAdapter {
  readonly info: {
    readonly description: string
    readonly vendor: string
    readonly architecture: string
    readonly device: string
    readonly isFallbackAdapter: boolean
  }
  readonly limits: Readonly<Record<string, number>> & {
    readonly maxBufferSize: number
    readonly maxStorageBufferBindingSize: number
  }
  readonly features: ReadonlySet<string>
  requestDevice(options: {
    readonly requiredFeatures: readonly string[]
    readonly requiredLimits: Readonly<Record<string, number | undefined>>
  }): Promise<GpuDevice>
}

export interface GpuDevice {
  readonly lost: Promise<{ readonly message: string }>
  createShaderModule: (description: { readonly code: string; readonly label?: string }) => unknown
  addEventListener(kind: 'uncapturederror', listener: (event: { readonly error: Error }) => void): void
  destroy(): void
}

/** What a card must be able to do to compute in float16. */
export const halvesFeature = 'shader-f16'

/** WebGPU tells of no more than these two: on a laptop the large card and the one that saves power. */
const powerPreferences = ['high-performance', 'low-power'] as const
type PowerPreference = (typeof powerPreferences)[number]

/** A graphics card that WebGPU can compute on. */
export interface Card {
  readonly name: string
  /** As WebGPU calls it: nvidia, amd, intel, apple. */
  readonly vendor: string
  /** It computes on the processor. */
  readonly isSoftware: boolean
  /** It can compute in float16. */
  readonly hasHalves: boolean
  readonly powerPreference: PowerPreference
}

export interface Cards {
  readonly gpu: Gpu
  /** The one to compute on first: the one that a person chose, else the fastest. */
  readonly cards: readonly [Card, ...Card[]]
}

let attempt: Promise<OptionalPackage<Cards>> | null = null

/** Starting Dawn loads the graphics drivers into the process, so it happens once. */
export function loadCards(): Promise<OptionalPackage<Cards>> {
  attempt ??= loadOnce()
  return attempt
}

async function loadOnce(): Promise<OptionalPackage<Cards>> {
  if (!(await hasCard())) {
    return {
      loaded: null,
      reason: said`This machine shows no graphics card.`,
      cure: said`If it has one, install its driver, and let this user open the files in /dev/dri.`,
    }
  }
  try {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    const gpu = create([]) as unknown as Gpu
    // tfjs's backend refuses to be where it is missing.
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
    const [first, ...others] = inOrder(await listCards(gpu), process.env['ATHANOR_CARD'])
    if (first !== undefined) return { loaded: { gpu, cards: [first, ...others] } }
    return {
      loaded: null,
      reason: said`WebGPU is installed but finds no graphics card with a driver that it accepts.`,
      cure: said`Install a current graphics driver (on Linux a Vulkan driver; Mesa 23 or newer).`,
    }
  } catch (thrown) {
    return { loaded: null, ...explain(thrown) }
  }
}

/**
 * On Linux a card shows up as a device file. Without one Dawn would load every driver only to find none, and print what it
 * misses. Someone who names a Vulkan driver, such as one that computes on the processor, wants it tried all the same.
 */
async function hasCard(): Promise<boolean> {
  if (process.platform !== 'linux' || process.env['VK_ICD_FILENAMES'] !== undefined) return true
  const files = await readdir('/dev/dri').catch(() => [])
  return files.some((name) => name.startsWith('renderD')) || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')
}

async function listCards(gpu: Gpu): Promise<Card[]> {
  const cards = new Map<string, Card>()
  for (const powerPreference of powerPreferences) {
    const adapter = await gpu.requestAdapter({ powerPreference })
    if (adapter === null) continue
    const { description, vendor, architecture, device, isFallbackAdapter } = adapter.info
    const known = [vendor, architecture].filter((part) => part !== '').join(' ')
    const name = description || known || said`a graphics card without a name`
    const key = `${vendor} ${device} ${name}`
    const hasHalves = adapter.features.has(halvesFeature)
    if (!cards.has(key)) cards.set(key, { name, vendor, isSoftware: isFallbackAdapter, hasHalves, powerPreference })
  }
  return [...cards.values()]
}

/** What is only software last, and before all others the one of the wanted name, then those whose name has it in it. */
export function inOrder(cards: readonly Card[], wanted = ''): Card[] {
  const text = wanted.toLowerCase()
  const rank = ({ name, isSoftware }: Card) => {
    if (text !== '' && name.toLowerCase() === text) return 0
    if (text !== '' && name.toLowerCase().includes(text)) return 1
    return isSoftware ? 3 : 2
  }
  return cards.toSorted((one, other) => rank(one) - rank(other))
}

function explain(thrown: unknown): { reason: Said; cure: Said | null } {
  const { code, message } = describeLoadError(thrown)
  if (isMissingPackage(thrown, 'webgpu')) {
    return { reason: said`The optional package webgpu is not installed.`, cure: said`Run \`npm install\`.` }
  }
  if (code === 'MODULE_NOT_FOUND') {
    return { reason: said`The package webgpu has no build for ${process.platform} ${process.arch}.`, cure: null }
  }
  if (code === 'ERR_DLOPEN_FAILED') {
    return {
      reason: said`A library that WebGPU needs is missing: ${message}`,
      cure: said`Install the graphics driver and the libraries that the message names.`,
    }
  }
  return { reason: said`WebGPU could not be started: ${message}`, cure: null }
}
