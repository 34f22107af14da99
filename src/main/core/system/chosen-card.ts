import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Host } from '../host.ts'
import { toDiskError } from '../downloads/disk-error.ts'

type Store = Pick<Host, 'storeFolder'>

const Kept = z.strictObject({ card: z.string().min(1) })

/**
 * The graphics card that a person wants this machine to compute on, by part of its name; null where they left it open. A
 * damaged file counts as that.
 */
export function chosenCard(store: Store): string | null {
  try {
    return Kept.parse(JSON.parse(readFileSync(fileOf(store), 'utf8'))).card
  } catch {
    return null
  }
}

/** Holds for whatever starts to compute from now on. Errors: disk-full, no-permission. */
export function chooseCard(store: Store, card: string | null): void {
  const file = fileOf(store)
  const draft = `${file}.${process.pid}.new`
  try {
    mkdirSync(store.storeFolder, { recursive: true })
    writeFileSync(draft, card === null ? '{}\n' : `${JSON.stringify({ card })}\n`)
    renameSync(draft, file)
  } catch (thrown) {
    throw toDiskError(thrown, file)
  }
}

function fileOf({ storeFolder }: Store): string {
  return join(storeFolder, 'graphics-card.json')
}
