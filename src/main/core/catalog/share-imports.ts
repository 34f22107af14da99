import type { ImportEvent } from '../../../shared/contract/catalog.ts'
import type { ProjectId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

export type RunImport = (options: ImportWish & { readonly signal: AbortSignal }) => AsyncGenerator<ImportEvent, void>

export interface ImportWish {
  readonly projectId: ProjectId
  readonly labelsFromFolders: boolean
}

interface ImportUnderWay extends ImportWish {
  readonly controller: AbortController
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<void>
  followers: number
  latest: ImportEvent | null
  eventCount: number
  end: { readonly error: unknown } | 'well' | null
  wake: PromiseWithResolvers<void>
}

export interface SharedImports {
  follow(wish: ImportWish, signal: AbortSignal): AsyncGenerator<ImportEvent, void>
  close(): Promise<void>
}

/**
 * At most one import of a project at a time: who asks for one that is under way joins it, hearing what it has come to and
 * what follows. It goes on while at least one follows. Who asks for another kind of import gets it after that one.
 */
export function shareImports(run: RunImport): SharedImports {
  const underWay = new Map<ProjectId, ImportUnderWay>()

  function start(wish: ImportWish): ImportUnderWay {
    const controller = new AbortController()
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const state = { followers: 0, latest: null, eventCount: 0, end: null, wake: Promise.withResolvers<void>() }
    const one: ImportUnderWay = { ...wish, ...state, controller, ended }
    underWay.set(wish.projectId, one)
    void work(one).finally(resolve)
    return one
  }

  async function work(one: ImportUnderWay): Promise<void> {
    const { projectId, labelsFromFolders, controller } = one
    try {
      for await (const event of run({ projectId, labelsFromFolders, signal: controller.signal })) {
        one.latest = event
        one.eventCount += 1
        wakeFollowers(one)
      }
      one.end = 'well'
    } catch (error) {
      one.end = { error }
    }
    underWay.delete(projectId)
    wakeFollowers(one)
  }

  return {
    async *follow(wish, signal) {
      for (;;) {
        const current = underWay.get(wish.projectId)
        if (current?.controller.signal.aborted === true) {
          await current.ended
          continue
        }
        yield* followOne(current ?? start(wish), signal)
        if (current === undefined || current.labelsFromFolders === wish.labelsFromFolders) return
      }
    },
    async close() {
      const all = [...underWay.values()]
      for (const { controller } of all) controller.abort()
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}

async function* followOne(one: ImportUnderWay, signal: AbortSignal): AsyncGenerator<ImportEvent, void> {
  one.followers += 1
  let heard = 0
  try {
    for (;;) {
      if (signal.aborted) throw new AppError('cancelled', said`The import was left.`)
      if (one.eventCount > heard && one.latest !== null) {
        heard = one.eventCount
        yield one.latest
      } else if (one.end !== null) {
        if (one.end === 'well') return
        throw one.end.error
      } else {
        await wokenOrAborted(one, signal)
      }
    }
  } finally {
    one.followers -= 1
    if (one.followers === 0) {
      one.controller.abort()
      await one.ended
    }
  }
}

function wakeFollowers(one: ImportUnderWay): void {
  const { resolve } = one.wake
  one.wake = Promise.withResolvers<void>()
  resolve()
}

function wokenOrAborted(one: ImportUnderWay, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>()
  const end = () => {
    resolve()
  }
  signal.addEventListener('abort', end, { once: true })
  return Promise.race([one.wake.promise, aborted]).finally(() => {
    signal.removeEventListener('abort', end)
  })
}
