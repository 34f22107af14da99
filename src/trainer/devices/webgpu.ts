import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import type { ActivateOptions, ActiveDevice, Availability, Device } from './device.ts'
import { registerGradients } from './gradients.ts'
import { graphicsMemoryBytes } from './graphics-memory.ts'
import { createAugmenter } from './webgpu/augment/augmenter.ts'
import { loadCards } from './webgpu/cards.ts'
import { openCard } from './webgpu/open-card.ts'

/** Any graphics card through tfjs-backend-webgpu on Dawn. Its tensors are read with `data()` only, never `dataSync()`. */
export const webgpuDevice: Device = { id: 'webgpu', deterministic: false, probe, activate }

async function probe(): Promise<Availability> {
  const found = await loadCards()
  if (found.loaded === null) {
    const { reason, cure } = found
    return { available: false, name: said`graphics card through WebGPU`, reason, cure }
  }
  const [{ name, isSoftware, hasHalves }] = found.loaded.cards
  const cards = await Promise.all(
    found.loaded.cards.map(async (card) => {
      return { name: card.name, vendor: card.vendor, memoryBytes: await graphicsMemoryBytes(card) }
    }),
  )
  return {
    ...{ available: true, name, isSoftware, cards },
    precisions: ['float32'],
    // On which cards it is faster has not been measured.
    precisionsOnWish: hasHalves ? ['float16'] : [],
    reason: isSoftware ? said`This is a program, not a card: what computes on the processor itself is faster.` : null,
  }
}

async function activate({ precision }: ActivateOptions): Promise<ActiveDevice> {
  const found = await loadCards()
  if (found.loaded === null) throw new AppError('no-device', found.reason)
  const [card] = found.loaded.cards
  registerGradients()
  const open = await openCard(found.loaded, card, precision === 'float16' ? precision : 'float32')
  return {
    ...{ id: 'webgpu', name: card.name, threads: 1, precision, deterministic: false },
    memoryLimitBytes: await graphicsMemoryBytes(card),
    tensorLimitBytes: open.tensorLimitBytes,
    openAugmenter: (options) => createAugmenter(open.backend, options, open.tensorLimitBytes),
    dispose: async () => open.close(),
  }
}
