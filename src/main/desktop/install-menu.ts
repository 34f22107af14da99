import { app, Menu } from 'electron'
import type { CoreContract } from '../../shared/contract/index.ts'
import { toAppError } from '../../shared/errors.ts'
import type { Client } from '../../shared/rpc/endpoint.ts'
import type { Core } from '../core/create-core.ts'
import { menuTemplate } from './application-menu.ts'
import { chooseFolder } from './desktop-shell.ts'
import type { MenuCommands } from './menu-commands.ts'
import { type Language, words } from './menu-words.ts'

export interface MenuOptions {
  readonly core: Pick<Core, 'onProjectOpen'>
  readonly client: Client<CoreContract>
  readonly commands: MenuCommands
  readonly language: () => Language
  /** A Mac keeps its menu when the last window is gone. */
  readonly showWindow: () => void
  readonly log: (line: string) => void
}

/** Puts up the menu; the result puts it up anew, in the language of now and with the latest projects. */
export function installMenu({ core, client, commands, language, showWindow, log }: MenuOptions): () => Promise<void> {
  async function openFolder(): Promise<void> {
    const imageFolder = await chooseFolder(words[language()].chooseFolder)
    if (imageFolder !== null) send({ kind: 'open', imageFolder, projectFolder: null })
  }

  const send: MenuCommands['send'] = (command) => {
    commands.send(command)
    showWindow()
  }

  let shown = ''

  async function refresh(): Promise<void> {
    const recent = (await client.project.recent({}).catch(() => [])).filter(({ isThere }) => isThere)
    // Put up anew, it would close under whoever is looking at it.
    const content = JSON.stringify([language(), recent.map(({ imageFolder }) => imageFolder)])
    if (content === shown) return
    shown = content
    const template = menuTemplate({
      language: language(),
      recent,
      isMac: process.platform === 'darwin',
      hasDeveloperTools: !app.isPackaged,
      send,
      openFolder: () => void openFolder().catch((error: unknown) => log(toAppError(error).message)),
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  }

  core.onProjectOpen(() => {
    // It is noted as recent once it is open.
    setImmediate(() => void refresh())
  })
  app.on('browser-window-focus', () => void refresh())
  return refresh
}
