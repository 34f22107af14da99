import { app, BrowserWindow, dialog } from 'electron'
import { toAppError } from '../../shared/errors.ts'
import type { Core } from '../core/create-core.ts'
import { type Language, words } from './menu-words.ts'

export interface QuitOptions {
  readonly core: Core
  readonly isRunning: () => Promise<boolean>
  readonly language: () => Language
  /** Called once nothing can stop the end any more. */
  readonly onClosing: () => void
  readonly log: (line: string) => void
}

/** How long the end may wait: for the catalogs, or for a run that writes its checkpoint. */
const closeGraceMs = { idle: 8_000, running: 60_000 }

/** Every way out leads here: a run is stopped only when the person says so, and always at a checkpoint. */
export function quitInOrder({ core, isRunning, language, onClosing, log }: QuitOptions): void {
  let isAsking = false
  let isClosing = false

  async function quit(): Promise<void> {
    const hasRun = await isRunning().catch(() => false)
    if (hasRun && !(await mayStopRun(language()))) return
    isClosing = true
    onClosing()
    for (const window of BrowserWindow.getAllWindows()) window.hide()
    const timer = setTimeout(() => app.exit(1), hasRun ? closeGraceMs.running : closeGraceMs.idle)
    await core.close().catch((error: unknown) => log(toAppError(error).message))
    clearTimeout(timer)
    app.exit(0)
  }

  app.on('before-quit', (event) => {
    // The app ends by `exit` when everything is closed.
    event.preventDefault()
    if (isAsking || isClosing) return
    isAsking = true
    void quit().finally(() => (isAsking = false))
  })
}

/** Closing the last window quits, except on a Mac; it stays until it is clear that nothing speaks against it. */
export function quitWithWindow(window: BrowserWindow): void {
  if (process.platform === 'darwin') return
  window.on('close', (event) => {
    event.preventDefault()
    app.quit()
  })
}

async function mayStopRun(language: Language): Promise<boolean> {
  const text = words[language]
  const options = {
    type: 'question' as const,
    message: text.quitTitle,
    detail: text.quitText,
    buttons: [text.stopAndQuit, text.keepRunning],
    // The one that loses nothing.
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  }
  const [window] = BrowserWindow.getAllWindows()
  const { response } = await (window === undefined
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options))
  return response === 0
}
