import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { ipcMain } from 'electron'
import { folderDropped } from '../../shared/rpc/port-message.ts'
import type { MenuCommands } from './menu-commands.ts'
import { isOwnPage } from './page-address.ts'

/** A folder that is dropped on the window is opened like one from the menu. The preload says which; it is looked at anew. */
export function acceptDroppedFolders(commands: Pick<MenuCommands, 'send'>): void {
  ipcMain.on(folderDropped, (event, path: unknown) => {
    const frame = event.senderFrame
    if (frame === null || frame.parent !== null || !isOwnPage(frame.url)) return
    const folder = existingFolder(path)
    if (folder !== null) commands.send({ kind: 'open', imageFolder: folder, projectFolder: null })
  })
}

/** Null for anything that is no absolute path of a folder. */
export function existingFolder(path: unknown): string | null {
  if (typeof path !== 'string' || !isAbsolute(path)) return null
  try {
    return statSync(path).isDirectory() ? path : null
  } catch {
    return null
  }
}
