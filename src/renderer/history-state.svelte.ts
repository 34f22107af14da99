import type { Edit } from '../shared/contract/labels.ts'
import { m } from './messages.ts'
import type { Studio } from './studio.svelte.ts'
import { formatCount } from './ui/format.ts'

/** What an undo and a redo would do next; they reach back over restarts, and over other windows. */
export class HistoryState {
  undoStep = $state.raw<Edit | null>(null)
  redoStep = $state.raw<Edit | null>(null)
  readonly #studio: Studio

  constructor(studio: Studio) {
    this.#studio = studio
  }

  async refresh(): Promise<void> {
    const { api, projectId } = this.#studio
    const steps = await api.labels.steps({ projectId })
    this.undoStep = steps.undo
    this.redoStep = steps.redo
  }

  async undo(): Promise<void> {
    const { api, projectId, notices } = this.#studio
    // Who presses undo and redo at once means both: core takes them in their order.
    this.redoStep ??= this.undoStep
    const edit = await notices.attempt(() => api.labels.undo({ projectId }))
    if (edit == null) return this.refresh()
    const again = { title: m.frame_redo(), run: () => void this.redo() }
    notices.say(m.frame_undone({ count: edit.imageCount, shown: formatCount(edit.imageCount) }), again)
  }

  async redo(): Promise<void> {
    const { api, projectId, notices } = this.#studio
    this.undoStep ??= this.redoStep
    const edit = await notices.attempt(() => api.labels.redo({ projectId }))
    if (edit == null) return this.refresh()
    const back = { title: m.frame_undo(), run: () => void this.undo() }
    notices.say(m.frame_redone({ count: edit.imageCount, shown: formatCount(edit.imageCount) }), back)
  }
}
