import type { ProjectChange, ProjectPart } from '../../../shared/contract/project.ts'
import { ImageId } from '../../../shared/domain/ids.ts'
import type { OpenProject } from '../core-context.ts'
import { type CatalogChange, onChange, readRevisions } from '../database/note-change.ts'

const betweenChangesMs = 100
/** How soon the changes of other processes are seen. */
const pollMs = 1_000
/** Beyond it nobody wants them by name. */
const imagesNamedMax = 2_000

const partsOfImages: ReadonlySet<ProjectPart> = new Set(['images', 'labels', 'classes', 'predictions'])

/**
 * Follows what changes in a project from the moment of the call, whoever changes it, until the signal aborts. Changes are
 * told about ten times a second; what comes in between, or faster than it is read, is told together.
 */
export function watchProject(project: OpenProject, signal: AbortSignal): AsyncGenerator<ProjectChange, void> {
  const waiting = createWaiting()
  const others = createOthersWatch(project)
  const leave = onChange(project.writer, (change) => {
    others.noteOwn(change)
    waiting.add(change)
  })
  const timer = setInterval(() => {
    // The project was closed under those who watch it.
    if (!project.writer.connection.open) return end()
    const what = others.look()
    if (what.length > 0) waiting.add({ what, imageIds: null })
  }, pollMs)
  // Not in a `finally`: a generator that nobody has begun to read never gets there.
  const end = () => {
    leave()
    clearInterval(timer)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return tell(waiting, signal)
}

async function* tell(waiting: Waiting, signal: AbortSignal): AsyncGenerator<ProjectChange, void> {
  while (!signal.aborted) {
    const change = waiting.take()
    if (change === null) {
      await pauseUntil(signal, (wake) => waiting.onAdded(wake))
      continue
    }
    yield change
    await pauseUntil(signal, (wake) => void setTimeout(wake, betweenChangesMs))
  }
}

interface Waiting {
  add(change: CatalogChange): void
  /** All that has come since, as one; null where nothing has. */
  take(): ProjectChange | null
  onAdded(wake: () => void): void
}

function createWaiting(): Waiting {
  const what = new Set<ProjectPart>()
  let imageIds: Set<number> | null = new Set()
  let wakeUp: () => void = () => undefined
  return {
    add(change) {
      for (const part of change.what) what.add(part)
      if (change.what.some((part) => partsOfImages.has(part))) imageIds = together(imageIds, change.imageIds)
      wakeUp()
    },
    take() {
      if (what.size === 0) return null
      const ids = imageIds === null ? null : [...imageIds].map((id) => ImageId.parse(id))
      const change = { what: [...what], imageIds: ids }
      what.clear()
      imageIds = new Set()
      return change
    },
    onAdded(wake) {
      wakeUp = wake
    },
  }
}

function together(known: Set<number> | null, more: readonly number[] | null): Set<number> | null {
  if (known === null || more === null) return null
  for (const id of more) known.add(id)
  return known.size > imagesNamedMax ? null : known
}

/** Sees by the revisions what others have changed: they rise by more than what this process has noted. */
function createOthersWatch({ reader, writer }: OpenProject) {
  // Changes when another connection commits; the one connection that writes for this process is the one that is asked.
  const dataVersion = () => Number(writer.connection.pragma('data_version', { simple: true }))
  let seenVersion = dataVersion()
  const known = new Map(readRevisions(reader))
  return {
    noteOwn({ what }: CatalogChange) {
      for (const part of what) known.set(part, (known.get(part) ?? 0) + 1)
    },
    look(): ProjectPart[] {
      const version = dataVersion()
      if (version === seenVersion) return []
      seenVersion = version
      const changed: ProjectPart[] = []
      for (const [part, number] of readRevisions(reader)) {
        if (number !== known.get(part)) changed.push(part)
        known.set(part, number)
      }
      return changed
    },
  }
}

/** Ends when `wake` is called, and early when the signal aborts. */
function pauseUntil(signal: AbortSignal, arrange: (wake: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      signal.removeEventListener('abort', end)
      resolve()
    }
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
    else arrange(end)
  })
}
