import type { Run } from '../../shared/domain/run.ts'
import { desktopMark } from '../../shared/rpc/port-message.ts'
import { m } from '../messages.ts'
import { formatPercent } from '../ui/format.ts'
import { runName } from './run-words.ts'

/** The desktop sends its own, also while no window is open. */
const isForPage = (): boolean => 'Notification' in window && !navigator.userAgent.includes(desktopMark)

/** Asks whether Athanor may notify: at the first press of Tune, when it is clear what for, and never before. */
export function askToNotify(): void {
  if (!isForPage() || Notification.permission !== 'default') return
  // Not an answer that anything waits for.
  Notification.requestPermission().catch(() => undefined)
}

export function finishText(run: Run): string {
  if (run.state !== 'done') return m.tune_finished_failed({ run: runName(run) })
  return m.tune_finished_title({
    run: runName(run),
    accuracy: run.accuracy === null ? '–' : formatPercent(run.accuracy, 1),
  })
}

/** Tells the system that a run has ended, unless the person is looking at the studio anyway. */
export function notifyFinish(run: Run, project: string, onclick: () => void): void {
  if (!isForPage() || Notification.permission !== 'granted') return
  if (isLookedAt()) return
  const notification = new Notification(finishText(run), { body: m.tune_finished_text({ project }), tag: run.id })
  notification.addEventListener('click', () => {
    window.focus()
    onclick()
  })
}

const isLookedAt = (): boolean => document.visibilityState === 'visible' && document.hasFocus()

let unseen = $state.raw<Run | null>(null)

/** The run that ended while the window was not looked at: its title says so until someone does. */
export const unseenFinish = {
  get text(): string | null {
    return unseen === null ? null : finishText(unseen)
  },
  note(run: Run): void {
    if (isLookedAt()) return
    unseen = run
    const forget = () => {
      if (!isLookedAt()) return
      unseen = null
      window.removeEventListener('focus', forget)
      document.removeEventListener('visibilitychange', forget)
    }
    window.addEventListener('focus', forget)
    document.addEventListener('visibilitychange', forget)
  },
}
