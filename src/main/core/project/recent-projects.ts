import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { RecentProject } from '../../../shared/contract/project.ts'
import { toAppError } from '../../../shared/errors.ts'
import type { Host } from '../host.ts'

const Entry = RecentProject.omit({ isThere: true })
type Entry = z.infer<typeof Entry>

export interface RecentProjects {
  /** Puts it first. Where it cannot be written, the list is shorter next time, which is no reason to fail. */
  add(place: Omit<Entry, 'openedAtMs'>): void
  /** Latest first. */
  list(): Promise<RecentProject[]>
  /** Without looking whether they are there. */
  entries(): readonly Entry[]
  forget(imageFolder: string): void
}

const keptMax = 20
/** A network drive that does not answer is not there. */
const lookLimitMs = 1_000

/** What was opened on this machine, for the page that is shown first. The command line does not take part. */
export function createRecentProjects(host: Host): RecentProjects {
  const file = join(host.storeFolder, 'recent-projects.json')

  function write(entries: readonly Entry[]): void {
    const draft = `${file}.${process.pid}.new`
    try {
      mkdirSync(host.storeFolder, { recursive: true })
      writeFileSync(draft, `${JSON.stringify(entries, null, 2)}\n`, { flush: true })
      renameSync(draft, file)
    } catch (thrown) {
      host.log(`the list of recent projects was not kept: ${toAppError(thrown).message}`)
    }
  }

  return {
    add(place) {
      if (host.shell === undefined) return
      const others = readEntries(file).filter(({ imageFolder }) => imageFolder !== place.imageFolder)
      write([{ ...place, openedAtMs: host.now() }, ...others].slice(0, keptMax))
    },
    list: () =>
      Promise.all(
        readEntries(file).map(async (entry) => {
          const folders = [entry.imageFolder, entry.projectFolder ?? entry.imageFolder]
          return { ...entry, isThere: (await Promise.all(folders.map(isFolder))).every(Boolean) }
        }),
      ),
    entries: () => readEntries(file),
    forget(imageFolder) {
      const entries = readEntries(file)
      const left = entries.filter((entry) => entry.imageFolder !== imageFolder)
      if (left.length < entries.length) write(left)
    },
  }
}

/** None where the file is absent or damaged: it is a convenience, and the next project that opens makes it anew. */
function readEntries(file: string): Entry[] {
  try {
    return z
      .array(Entry)
      .max(1_000)
      .parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

async function isFolder(path: string): Promise<boolean> {
  const timer = new AbortController()
  const found = stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  const timeUp = sleep(lookLimitMs, false, { signal: timer.signal }).catch(() => false)
  const isThere = await Promise.race([found, timeUp])
  timer.abort()
  return isThere
}
