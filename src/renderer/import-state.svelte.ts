import type { ImportEvent, ImportSummary } from '../shared/contract/catalog.ts'
import type { Api } from './api.ts'
import { m } from './messages.ts'
import type { Studio } from './studio.svelte.ts'
import { formatCount } from './ui/format.ts'

/** Bringing the catalog up to date with the folder: starts by itself when a project opens, and when it is asked for. */
export class ImportState {
  /** The latest of the import that is under way; null while there is none. */
  event = $state.raw<Exclude<ImportEvent, { kind: 'finished' }> | null>(null)
  /** Of the last import that came to its end in this window. */
  summary = $state.raw<ImportSummary | null>(null)
  readonly #studio: Studio
  readonly #api: Api
  #leaving: AbortController | null = null

  constructor(studio: Studio) {
    this.#studio = studio
    this.#api = studio.api
    studio.signal.addEventListener('abort', () => this.stop())
  }

  get isRunning(): boolean {
    return this.event !== null
  }

  async start(): Promise<void> {
    if (this.isRunning) return
    const { projectId, notices } = this.#studio
    const leaving = new AbortController()
    this.#leaving = leaving
    this.event = { kind: 'walking', found: 0 }
    await notices.attempt(async () => {
      for await (const event of this.#api.catalog.import({ projectId }, { signal: leaving.signal })) {
        if (event.kind === 'finished') this.#finish(event.summary)
        else this.event = event
      }
    }, leaving.signal)
    this.event = null
  }

  /** What was read stays; the next import goes on from there. */
  stop(): void {
    this.#leaving?.abort()
  }

  /** Says what was found, where there is anything to say. */
  #finish(summary: ImportSummary): void {
    this.summary = summary
    const found = [
      counted(summary.added, m.frame_import_added),
      counted(summary.changed, m.frame_import_changed),
      counted(summary.moved, m.frame_import_moved),
      counted(summary.missing, m.frame_import_missing),
      counted(summary.unreadable, m.frame_import_unreadable),
    ].filter((text) => text !== null)
    if (found.length === 0) return
    const { notices, navigation } = this.#studio
    const show = {
      title: m.frame_import_show_unreadable(),
      run: () => navigation.go('label', { state: 'unreadable' }),
    }
    notices.say(found.join(m.words_list_comma()), summary.unreadable > 0 ? show : null)
  }
}

function counted(count: number, say: (inputs: { count: number; shown: string }) => string): string | null {
  return count === 0 ? null : say({ count, shown: formatCount(count) })
}
