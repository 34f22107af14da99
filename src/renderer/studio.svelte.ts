import { getContext, setContext } from 'svelte'
import type { CatalogCounts } from '../shared/contract/catalog.ts'
import type { Project, ProjectChange } from '../shared/contract/project.ts'
import type { Export } from '../shared/domain/export.ts'
import type { ImageClass } from '../shared/domain/label.ts'
import type { Run } from '../shared/domain/run.ts'
import type { ModelSummary } from '../shared/domain/model.ts'
import type { Api } from './api.ts'
import { countSaves } from './count-saves.ts'
import { HistoryState } from './history-state.svelte.ts'
import { ImportState } from './import-state.svelte.ts'
import type { Commands } from './commands.svelte.ts'
import type { Navigation } from './navigation.svelte.ts'
import type { Notices } from './notices.svelte.ts'

/**
 * What every view of an open project shares: the project, its counts, classes, runs and models, kept up to date from
 * core whoever changes them. Views that show more follow `onChange`.
 */
export class Studio {
  readonly api: Api
  readonly project: Project
  readonly navigation: Navigation
  readonly commands: Commands
  readonly notices: Notices
  /** Edits that are not on disk yet. */
  savingCount = $state(0)
  counts = $state.raw<CatalogCounts | null>(null)
  classes = $state.raw<readonly ImageClass[]>([])
  /** Newest first. */
  runs = $state.raw<readonly Run[]>([])
  /** Newest first. */
  models = $state.raw<readonly ModelSummary[]>([])
  /** Newest first. */
  exports = $state.raw<readonly Export[]>([])
  readonly importing: ImportState
  readonly history: HistoryState
  readonly activeRun = $derived(
    this.runs.find(({ state }) => ['queued', 'running', 'stopping'].includes(state)) ?? null,
  )
  #listeners: readonly ((change: ProjectChange) => void)[] = []
  readonly #leaving = new AbortController()

  constructor(shared: {
    readonly api: Api
    readonly project: Project
    readonly navigation: Navigation
    readonly commands: Commands
    readonly notices: Notices
  }) {
    this.api = countSaves(shared.api, (change) => (this.savingCount += change))
    this.project = shared.project
    this.navigation = shared.navigation
    this.commands = shared.commands
    this.notices = shared.notices
    this.importing = new ImportState(this)
    this.history = new HistoryState(this)
  }

  get projectId(): Project['id'] {
    return this.project.id
  }

  /** Aborts when the project is left, for what is followed beyond one view. */
  get signal(): AbortSignal {
    return this.#leaving.signal
  }

  /** Reads everything once and follows changes until `close`. */
  async start(): Promise<void> {
    void this.#follow()
    await this.#refresh(['images', 'labels', 'classes', 'runs', 'models', 'exports'])
    // What was added to the folder since is found by looking; what is known costs next to nothing.
    void this.importing.start()
  }

  close(): void {
    this.#leaving.abort()
  }

  /** Called after the state here has been brought up to date. The result ends it. */
  onChange(listener: (change: ProjectChange) => void): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener)
    }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#leaving
    await this.notices.attempt(async () => {
      for await (const change of this.api.project.watch({ projectId: this.projectId }, { signal })) {
        await this.#refresh(change.what)
        for (const listener of this.#listeners) listener(change)
      }
    }, signal)
  }

  async #refresh(what: ProjectChange['what']): Promise<void> {
    const { projectId } = this
    const isAny = (...kinds: ProjectChange['what']) => kinds.some((kind) => what.includes(kind))
    await Promise.all([
      isAny('images', 'labels', 'classes', 'predictions') &&
        this.api.catalog.counts({ projectId }).then((counts) => (this.counts = counts)),
      isAny('labels', 'classes') && this.history.refresh(),
      isAny('labels', 'classes', 'images') &&
        this.api.labels.classes({ projectId }).then((classes) => (this.classes = classes)),
      isAny('runs') && this.api.runs.list({ projectId }).then((runs) => (this.runs = runs)),
      isAny('models') && this.api.models.list({ projectId }).then((models) => (this.models = models)),
      isAny('exports', 'models') && this.api.exports.list({ projectId }).then((exports) => (this.exports = exports)),
    ])
  }
}

const studioKey = Symbol('studio')

export const provideStudio = (studio: () => Studio) => setContext(studioKey, studio)

/** The open project of the view that calls it; only while a component is being made. */
export function useStudio(): Studio {
  const studio = getContext<(() => Studio) | undefined>(studioKey)
  if (studio === undefined) throw new Error('This view is only shown inside an open project.')
  return studio()
}
