import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BackboneCard } from '../../../shared/domain/backbone.ts'
import type { Host } from '../host.ts'

/** The cards in the store, by name. A folder without a readable card is told to the log and left out. */
export async function listBackbones(host: Host): Promise<BackboneCard[]> {
  const entries = await readdir(host.storeFolder, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== 'downloads')
  const cards = await Promise.all(folders.map((folder) => readCard(host, join(host.storeFolder, folder.name))))
  return cards.filter((card) => card !== undefined).sort((a, b) => a.name.localeCompare(b.name))
}

async function readCard(host: Host, folder: string): Promise<BackboneCard | undefined> {
  try {
    return BackboneCard.parse(JSON.parse(await readFile(join(folder, 'card.json'), 'utf8')))
  } catch {
    host.log(`${folder} holds no readable card.json and is not used as a backbone.`)
    return undefined
  }
}
