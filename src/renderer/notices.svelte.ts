import { isAppError } from '../shared/errors.ts'
import { inWords, loadCoreWords, messageOf } from './core-words.svelte.ts'

export interface Notice {
  readonly id: number
  readonly tone: 'done' | 'hint' | 'problem'
  readonly text: string
  /** One thing that can be done about it, such as undo. */
  readonly action: { readonly title: string; readonly run: () => void } | null
}

const shownMs = 6_000

/** What the studio says about what was just done: `done` ones go by themselves, the others stay until they are closed. */
export class Notices {
  latest = $state.raw<Notice | null>(null)
  problems = $state.raw<readonly Notice[]>([])
  #lastId = 0

  say(text: string, action: Notice['action'] = null): void {
    const notice: Notice = { id: ++this.#lastId, tone: 'done', text, action }
    this.latest = notice
    setTimeout(() => {
      if (this.latest === notice) this.latest = null
    }, shownMs)
  }

  /** Something that a person should know, and that is nobody's fault; it stays until it is closed. */
  explain(text: string, action: Notice['action'] = null): void {
    this.#keep({ tone: 'hint', text, action })
  }

  complain(text: string, action: Notice['action'] = null): void {
    this.#keep({ tone: 'problem', text, action })
  }

  #keep(notice: Omit<Notice, 'id'>): void {
    if (this.problems.some(({ text }) => text === notice.text)) return
    this.problems = [...this.problems, { id: ++this.#lastId, ...notice }]
  }

  dismiss(id: number): void {
    this.problems = this.problems.filter((problem) => problem.id !== id)
    if (this.latest?.id === id) this.latest = null
  }

  /** Does something that core may refuse, and tells the person why; undefined where it failed or was left. */
  async attempt<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result | undefined> {
    try {
      return await work()
    } catch (thrown) {
      // That the connection is lost is said once, for everything that was under way.
      const isLeft = isAppError(thrown) && ['cancelled', 'channel-closed'].includes(thrown.code)
      if (signal?.aborted === true || isLeft) return undefined
      await loadCoreWords()
      this.complain(inWords(messageOf(thrown)))
      return undefined
    }
  }
}
