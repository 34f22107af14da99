import { join } from 'node:path'
import { app, BrowserWindow, dialog } from 'electron'
import { toAppError } from '../../shared/errors.ts'
import { createCore } from '../core/create-core.ts'
import { readPageFiles } from '../core/page/read-page-files.ts'
import { createNodeHost, findRoot } from '../core/processes/node-host.ts'
import { openWindow } from './open-window.ts'
import { secureContents } from './secure-contents.ts'
import { registerPageScheme, servePage } from './serve-page.ts'

/** How long the end of the app may wait for checkpoints. */
const closeGraceMs = 8_000

/** The life of the desktop app: one instance, one core, a window that may go and come back, an orderly end. */
export function runDesktop(): void {
  if (!app.requestSingleInstanceLock()) return app.quit()
  registerPageScheme()
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized() === true) window.restore()
    window?.focus()
  })
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      dialog.showErrorBox('Athanor cannot start', toAppError(error).message)
      app.exit(1)
    })
}

function start(): void {
  const host = createNodeHost({ log: (line) => process.stderr.write(`${line}\n`) })
  const core = createCore(host)
  const rootFolder = findRoot(import.meta.dirname)
  secureContents()
  servePage(readPageFiles(join(rootFolder, 'out/renderer')), core.pictures)
  const open = () => openWindow({ core, host, rootFolder })
  open()
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) open()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  let isClosing = false
  app.on('before-quit', (event) => {
    event.preventDefault()
    if (isClosing) return
    isClosing = true
    const timer = setTimeout(() => app.exit(1), closeGraceMs)
    core
      .close()
      .catch((error: unknown) => host.log(toAppError(error).message))
      .finally(() => {
        clearTimeout(timer)
        app.exit(0)
      })
  })
}
