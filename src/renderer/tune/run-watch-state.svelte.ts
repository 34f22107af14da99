import type { RunId } from '../../shared/domain/ids.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import type { Run } from '../../shared/domain/run.ts'
import { isAppError } from '../../shared/errors.ts'
import type { Studio } from '../studio.svelte.ts'
import { addRunEvent, emptyRunView, runRatio, type RunView } from './run-view.ts'

/** A replay brings hundreds of events at once: they are shown together. */
const publishMs = 60
const retryMs = 1_500

export const isLive = ({ state }: Run): boolean => state === 'queued' || state === 'running' || state === 'stopping'

/** One run as its events tell it, followed for as long as it lives, wherever the person is in the studio. */
export class RunWatch {
  view = $state.raw<RunView>(emptyRunView)
  readonly recipe: Recipe
  readonly #studio: Studio
  readonly #runId: RunId
  #latest = emptyRunView
  #isPublishing = false
  #isFollowing = false

  constructor(studio: Studio, run: Run) {
    this.#studio = studio
    this.#runId = run.id
    this.recipe = run.recipe
  }

  /** How far it is, 0 to 1; null before it began. */
  get ratio(): number | null {
    return runRatio(this.view, this.recipe)
  }

  /** Replays what is not known yet and follows to the end of the run; nothing where that is under way. */
  follow(): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    void this.#follow().finally(() => (this.#isFollowing = false))
  }

  async #follow(): Promise<void> {
    const { api, projectId, signal } = this.#studio
    while (!signal.aborted) {
      try {
        const input = { projectId, runId: this.#runId, afterSeq: this.#latest.lastSeq }
        for await (const event of api.runs.watch(input, { signal }))
          this.#add(addRunEvent(this.#latest, event, this.recipe))
        return
      } catch (thrown) {
        // A deleted run has nothing to tell; anything else, such as a connection that was lost, may be over soon.
        if (signal.aborted || (isAppError(thrown) && ['not-found', 'cancelled'].includes(thrown.code))) return
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  #add(view: RunView): void {
    this.#latest = view
    if (this.#isPublishing) return
    this.#isPublishing = true
    setTimeout(() => {
      this.#isPublishing = false
      this.view = this.#latest
    }, publishMs)
  }
}

/** The runs of a project that someone has looked at, each followed once. */
export class RunWatches {
  readonly #studio: Studio
  readonly #watches: Partial<Record<RunId, RunWatch>> = {}

  constructor(studio: Studio) {
    this.#studio = studio
  }

  /** Also of a run that ended long ago: its events are kept. */
  of(run: Run): RunWatch {
    const known = this.#watches[run.id]
    const watch = known ?? new RunWatch(this.#studio, run)
    this.#watches[run.id] = watch
    // A run that was resumed has more to tell.
    if (known === undefined || isLive(run)) watch.follow()
    return watch
  }
}

const watchesOf = new WeakMap<Studio, RunWatches>()

/** One for each open project, so that leaving a page loses nothing. */
export function runWatches(studio: Studio): RunWatches {
  const watches = watchesOf.get(studio) ?? new RunWatches(studio)
  watchesOf.set(studio, watches)
  return watches
}
