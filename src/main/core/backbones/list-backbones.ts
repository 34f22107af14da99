import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BackboneCard } from '../../../shared/domain/backbone.ts'
import type { Host } from '../host.ts'

/** The cards in the store (`<name>.json` beside `<name>.safetensors`), by name. What is no card is left out and logged. */
export async function listBackbones(host: Host): Promise<BackboneCard[]> {
  const files = await readdir(host.storeFolder).catch((): string[] => [])
  const cardFiles = files.filter(
    (file) => file.endsWith('.json') && files.includes(file.replace(/json$/, 'safetensors')),
  )
  const cards = await Promise.all(cardFiles.map((file) => readCard(host, join(host.storeFolder, file))))
  return cards.filter((card) => card !== undefined).sort((a, b) => a.name.localeCompare(b.name))
}

async function readCard(host: Host, file: string): Promise<BackboneCard | undefined> {
  try {
    const card = BackboneCard.parse(JSON.parse(await readFile(file, 'utf8')))
    if (card.name === basename(file, '.json')) return card
  } catch {
    // Told below: whatever is wrong with it, the cure is the same.
  }
  host.log(`${file} is not the card of a backbone. Add that backbone again.`)
  return undefined
}
