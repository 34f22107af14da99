import { basename, join } from 'node:path'
import { app, BrowserWindow, dialog, shell, type OpenDialogOptions, type SaveDialogOptions } from 'electron'
import type { HostShell } from '../core/host.ts'
import type { Language } from './menu-words.ts'
import type { MenuCommands } from './menu-commands.ts'

export interface ShellOptions {
  readonly commands: MenuCommands
  readonly setLanguage: (language: Language) => void
}

/** The machine around the window: its dialogs, its file manager, and the menu above. */
export function desktopShell({ commands, setLanguage }: ShellOptions): HostShell {
  return {
    kind: 'desktop',
    chooseFolder,
    async chooseSavePath(title, fileName) {
      // A name with folders in it would choose more than a name.
      const defaultPath = join(app.getPath('documents'), basename(fileName))
      const options: SaveDialogOptions = { title, defaultPath }
      const window = ownWindow()
      const { filePath } = await (window === null
        ? dialog.showSaveDialog(options)
        : dialog.showSaveDialog(window, options))
      return filePath === '' ? null : filePath
    },
    reveal: async (path) => shell.showItemInFolder(path),
    setLanguage,
    menuCommands: (signal) => commands.follow(signal),
  }
}

export async function chooseFolder(title: string): Promise<string | null> {
  const options: OpenDialogOptions = { title, properties: ['openDirectory', 'createDirectory'] }
  const window = ownWindow()
  const { filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options))
  return filePaths[0] ?? null
}

/** A dialog belongs to the window that it was opened from. */
function ownWindow(): BrowserWindow | null {
  return BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0] ?? null
}
