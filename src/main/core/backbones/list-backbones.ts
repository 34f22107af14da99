import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BackboneCard, type InstalledBackbone } from '../../../shared/domain/backbone.ts'
import type { Host } from '../host.ts'

type Folders = Pick<Host, 'storeFolder' | 'shippedFolder' | 'log'>

/**
 * The cards of the store and of what comes with Athanor (`<name>.json` beside `<name>.safetensors`), by name. A name in
 * the store goes before the same one of ours. What is no card is left out and logged.
 */
export async function listBackbones(host: Folders): Promise<InstalledBackbone[]> {
  const own = await readCards(host, host.storeFolder)
  const names = new Set(own.map(({ name }) => name))
  const shipped = (await readCards(host, host.shippedFolder)).filter(({ name }) => !names.has(name))
  return [
    ...own.map((card) => ({ ...card, isShipped: false })),
    ...shipped.map((card) => ({ ...card, isShipped: true })),
  ].sort((a, b) => a.name.localeCompare(b.name))
}

async function readCards(host: Folders, folder: string): Promise<BackboneCard[]> {
  const files = await readdir(folder).catch((): string[] => [])
  const cardFiles = files.filter(
    (file) => file.endsWith('.json') && files.includes(file.replace(/json$/, 'safetensors')),
  )
  const cards = await Promise.all(cardFiles.map((file) => readCard(host, join(folder, file))))
  return cards.filter((card) => card !== undefined)
}

async function readCard(host: Folders, file: string): Promise<BackboneCard | undefined> {
  try {
    const card = BackboneCard.parse(JSON.parse(await readFile(file, 'utf8')))
    if (card.name === basename(file, '.json')) return card
  } catch {
    // Told below: whatever is wrong with it, the cure is the same.
  }
  host.log(`${file} is not the card of a backbone. Add that backbone again.`)
  return undefined
}
