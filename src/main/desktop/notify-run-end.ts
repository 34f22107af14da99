import { BrowserWindow, Notification } from 'electron'
import type { RunOutcome } from '../../shared/domain/run.ts'
import { type Language, words } from './menu-words.ts'

export interface RunEnd {
  readonly project: string
  readonly outcome: RunOutcome
}

/** Says that a run has ended, to a person who is looking at something else. A run that they stopped is no news. */
export function notifyRunEnd({ project, outcome }: RunEnd, language: Language): void {
  if (BrowserWindow.getFocusedWindow() !== null || !Notification.isSupported()) return
  if (outcome.outcome === 'stopped' || outcome.outcome === 'interrupted') return
  const text = words[language]
  const isDone = outcome.outcome === 'done'
  const notification = new Notification({
    title: isDone ? text.runDone : text.runFailed,
    body: isDone ? project : `${project}: ${outcome.message}`,
  })
  notification.on('click', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized() === true) window.restore()
    window?.show()
    window?.focus()
  })
  notification.show()
}
