import type { Edit } from '../shared/contract/labels.ts'
import type { EditId } from '../shared/domain/ids.ts'
import { isAppError } from '../shared/errors.ts'
import { m } from './messages.ts'
import type { Notice } from './notices.svelte.ts'
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

  /** For a notice: takes back this edit and no other, whoever has edited since. Null where there is nothing to take back. */
  undoOf({ id }: Edit): Notice['action'] {
    return id === null ? null : { title: m.frame_undo(), run: () => void this.undo(id) }
  }

  /** Takes the latest edit back; with an id only where that is the one. */
  async undo(editId?: EditId): Promise<void> {
    // Who presses undo and redo at once means both: core takes them in their order.
    this.redoStep ??= this.undoStep
    const edit = await this.#step('undo', editId)
    if (edit === null) return
    const again = { title: m.frame_redo(), run: () => void this.redo(edit.id ?? undefined) }
    this.#studio.notices.say(m.frame_undone({ count: edit.imageCount, shown: formatCount(edit.imageCount) }), again)
  }

  async redo(editId?: EditId): Promise<void> {
    this.undoStep ??= this.redoStep
    const edit = await this.#step('redo', editId)
    if (edit === null) return
    const said = m.frame_redone({ count: edit.imageCount, shown: formatCount(edit.imageCount) })
    this.#studio.notices.say(said, this.undoOf(edit))
  }

  /** Null where nothing was done, which has been said then. */
  async #step(way: 'undo' | 'redo', editId: EditId | undefined): Promise<Edit | null> {
    const { api, projectId, notices } = this.#studio
    const edit = await notices.attempt(async () => {
      try {
        return await api.labels[way]({ projectId, editId })
      } catch (thrown) {
        if (editId !== undefined && isAppError(thrown) && thrown.code === 'conflict') return 'overtaken' as const
        throw thrown
      }
    })
    if (edit == null || edit === 'overtaken') await this.refresh()
    if (edit === 'overtaken') notices.say(this.#whyNot(way, editId))
    return edit == null || edit === 'overtaken' ? null : edit
  }

  #whyNot(way: 'undo' | 'redo', editId: EditId | undefined): string {
    if (way === 'redo') return m.frame_redo_overtaken()
    const isBuried = this.undoStep?.id != null && editId !== undefined && this.undoStep.id > editId
    return isBuried ? m.frame_undo_overtaken() : m.frame_undo_done_already()
  }
}
