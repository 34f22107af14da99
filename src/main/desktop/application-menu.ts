import { basename } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import type { RecentProject } from '../../shared/contract/project.ts'
import type { MenuCommand } from '../../shared/contract/shell.ts'
import { type Language, words } from './menu-words.ts'

export interface MenuContent {
  readonly language: Language
  readonly recent: readonly Pick<RecentProject, 'imageFolder' | 'projectFolder'>[]
  readonly isMac: boolean
  readonly hasDeveloperTools: boolean
  readonly send: (command: MenuCommand) => void
  readonly openFolder: () => void
}

type Item = MenuItemConstructorOptions
type Doing = Extract<MenuCommand, { kind: 'do' }>['what']

const line: Item = { type: 'separator' }

/** The whole menu; what it does, it does through the page, apart from what Electron knows by its role. */
export function menuTemplate(content: MenuContent): Item[] {
  const { language, isMac, send } = content
  const text = words[language]
  const say = (what: Doing, label: string, accelerator?: string): Item => ({
    id: what,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => send({ kind: 'do', what }),
  })
  const settings = say('settings', text.settings, 'CmdOrCtrl+,')
  const about: Item = { role: 'about', label: text.about }
  const quit: Item = { role: 'quit', label: text.quit }
  return [
    ...(isMac ? [{ label: 'Athanor', submenu: [about, line, settings, line, quit] }] : []),
    {
      id: 'file',
      label: text.file,
      submenu: [
        { id: 'open-folder', label: text.openFolder, accelerator: 'CmdOrCtrl+O', click: content.openFolder },
        { id: 'open-recent', label: text.openRecent, submenu: recentItems(content) },
        say('close-project', text.closeProject),
        line,
        ...(isMac ? [] : [settings, line]),
        { role: 'close', label: text.closeWindow },
        ...(isMac ? [] : [quit]),
      ],
    },
    {
      id: 'edit',
      label: text.edit,
      submenu: [
        say('undo', text.undo, 'CmdOrCtrl+Z'),
        say('redo', text.redo, 'Shift+CmdOrCtrl+Z'),
        line,
        { role: 'cut', label: text.cut },
        { role: 'copy', label: text.copy },
        { role: 'paste', label: text.paste },
        { role: 'selectAll', label: text.selectAll },
      ],
    },
    {
      id: 'view',
      label: text.view,
      submenu: [
        say('label', text.label, 'CmdOrCtrl+1'),
        say('tune', text.tune, 'CmdOrCtrl+2'),
        say('evaluate', text.evaluate, 'CmdOrCtrl+3'),
        say('export', text.export, 'CmdOrCtrl+4'),
        line,
        say('palette', text.palette, 'CmdOrCtrl+K'),
        line,
        { role: 'resetZoom', label: text.actualSize },
        { role: 'zoomIn', label: text.zoomIn },
        { role: 'zoomOut', label: text.zoomOut },
        { role: 'togglefullscreen', label: text.fullScreen },
        line,
        { role: 'reload', label: text.reload },
        ...(content.hasDeveloperTools ? [{ role: 'toggleDevTools', label: text.developerTools } as const] : []),
      ],
    },
    { id: 'window', role: 'window', label: text.window, submenu: [{ role: 'minimize', label: text.minimise }] },
    {
      id: 'help',
      role: 'help',
      label: text.help,
      submenu: [say('shortcuts', text.shortcuts), ...(isMac ? [] : [line, about])],
    },
  ]
}

const recentMax = 10

function recentItems({ recent, language, send }: MenuContent): Item[] {
  const items = recent.slice(0, recentMax).map(({ imageFolder, projectFolder }): Item => ({
    // An ampersand would mark a key.
    label: `${basename(imageFolder)}  (${imageFolder})`.replaceAll('&', '&&'),
    click: () => send({ kind: 'open', imageFolder, projectFolder }),
  }))
  return items.length > 0 ? items : [{ label: words[language].nothingRecent, enabled: false }]
}
