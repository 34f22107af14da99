import { BrowserWindow } from './browser-window.ts'
import { app } from './app.ts'

export interface MenuItem {
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly click?: () => void
  readonly submenu?: readonly MenuItem[]
}

let applicationMenu: readonly MenuItem[] = []

export const Menu = {
  buildFromTemplate: (template: readonly MenuItem[]) => template,
  setApplicationMenu: (menu: readonly MenuItem[]) => (applicationMenu = menu),
  getApplicationMenu: () => applicationMenu,
}

/** The labels of the menu, such as `File > Open folder…`, with roles and keys. */
export function describeMenu(items = applicationMenu, above = ''): { path: string; role: string; keys: string }[] {
  return items
    .filter(({ type }) => type !== 'separator')
    .flatMap((item) => {
      const path = `${above}${item.label ?? ''}`
      const own = { path, role: item.role ?? '', keys: item.accelerator ?? '' }
      return item.submenu === undefined ? [own] : [own, ...describeMenu(item.submenu, `${path} > `)]
    })
}

/** What a click does: the item's own, or what Electron does by its role. */
export function clickMenu(path: string): void {
  let items = applicationMenu
  let found: MenuItem | undefined
  for (const label of path.split(' > ')) {
    found = items.find((item) => item.label?.startsWith(label))
    if (found === undefined) throw new Error(`no ${path} in the menu`)
    items = found.submenu ?? []
  }
  if (found?.enabled === false) throw new Error(`${path} is greyed`)
  const [window] = BrowserWindow.getAllWindows()
  if (found?.click !== undefined) found.click()
  else if (found?.role === 'quit') app.quit()
  else if (found?.role === 'close') window?.close()
  else if (found?.role === 'reload') window?.webContents.reload()
  else throw new Error(`the stand-in cannot do ${path} (${found?.role ?? 'no role'})`)
}
