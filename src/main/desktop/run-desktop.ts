import { join, resolve } from 'node:path'
import { app, BrowserWindow, dialog } from 'electron'
import { coreContract } from '../../shared/contract/index.ts'
import { toAppError } from '../../shared/errors.ts'
import { createClient } from '../../shared/rpc/client.ts'
import { createMemoryChannels } from '../../shared/rpc/memory-channel.ts'
import { serve } from '../../shared/rpc/server.ts'
import { createCore } from '../core/create-core.ts'
import { readPageFiles } from '../core/page/read-page-files.ts'
import { createNodeHost, findRoot } from '../core/processes/node-host.ts'
import { acceptDroppedFolders, existingFolder } from './accept-dropped-folders.ts'
import { desktopShell } from './desktop-shell.ts'
import { followRuns } from './follow-runs.ts'
import { installMenu } from './install-menu.ts'
import { openStateFile, type StateFile } from './kept-state.ts'
import { createMenuCommands, type MenuCommands } from './menu-commands.ts'
import { type Language, languageOf, words } from './menu-words.ts'
import { notifyRunEnd } from './notify-run-end.ts'
import { openWindow } from './open-window.ts'
import { quitInOrder, quitWithWindow } from './quit-in-order.ts'
import { secureContents } from './secure-contents.ts'
import { registerPageScheme, servePage } from './serve-page.ts'

const log = (line: string) => void process.stderr.write(`${line}\n`)

/** The life of the desktop app: one instance, one core, a window that may go and come back, an orderly end. */
export function runDesktop(): void {
  if (!app.requestSingleInstanceLock()) return app.quit()
  registerPageScheme()
  const commands = createMenuCommands()
  openFolderOf(process.argv.slice(1), process.cwd(), commands)
  // A folder that is dropped on the icon of a Mac's dock.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openFolderOf([path], '/', commands)
  })
  app.on('second-instance', (_, words, workingFolder) => {
    openFolderOf(words.slice(1), workingFolder, commands)
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized() === true) window.restore()
    window?.focus()
  })
  app
    .whenReady()
    .then(() => start(commands))
    .catch((error: unknown) => {
      dialog.showErrorBox(words[languageOf(app.getLocale())].startFailed, toAppError(error).message)
      app.exit(1)
    })
}

function start(commands: MenuCommands): void {
  // The store is known to the host, which wants the shell first.
  const { storeFolder } = createNodeHost({ log })
  const state = openStateFile(storeFolder, log)
  const language = languageOfMenu(state)
  const shell = desktopShell({
    commands,
    setLanguage: (chosen) => {
      if (chosen === language()) return
      state.change({ language: chosen })
      void refreshMenu()
    },
  })
  const host = createNodeHost({ log, shell })
  const core = createCore(host)
  const [near, far] = createMemoryChannels()
  serve(coreContract, core.handlers, far, { onUnexpected: (error) => log(error.message) })
  const client = createClient(coreContract, near)

  const rootFolder = findRoot(import.meta.dirname)
  secureContents()
  servePage(readPageFiles(join(rootFolder, 'out/renderer')), core.pictures)
  acceptDroppedFolders(commands)
  const open = () => quitWithWindow(openWindow({ core, host, rootFolder, state }))
  const showWindow = () => {
    if (BrowserWindow.getAllWindows().length === 0) open()
  }
  const refreshMenu = installMenu({ core, client, commands, language, showWindow, log })
  void refreshMenu()
  const follower = followRuns(core, client, {
    onProgress: (ratio) => {
      // Above one it shows that something is under way; below zero it goes away.
      const shown = ratio === null ? -1 : ratio < 0 ? 2 : ratio
      for (const window of BrowserWindow.getAllWindows()) window.setProgressBar(shown)
    },
    onEnd: (end) => notifyRunEnd(end, language()),
    log,
  })
  quitInOrder({ core, isRunning: () => follower.isRunning(), onClosing: () => follower.close(), language, log })
  open()
  app.on('activate', showWindow)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
}

/** What the page speaks, or else what the system does. */
function languageOfMenu(state: StateFile): () => Language {
  return () => state.read().language ?? languageOf(app.getLocale())
}

/** The first word that is a folder; the rest are switches of Electron, and the folder of the app itself. */
function openFolderOf(given: readonly string[], workingFolder: string, commands: MenuCommands): void {
  const folder = given
    .filter((word) => !word.startsWith('-'))
    .map((word) => resolve(workingFolder, word))
    .filter((path) => path !== app.getAppPath())
    .map(existingFolder)
    .find((path) => path !== null)
  if (folder !== undefined) commands.send({ kind: 'open', imageFolder: folder, projectFolder: null })
}
