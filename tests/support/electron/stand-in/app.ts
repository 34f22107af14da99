import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { killBrowser } from './browser.ts'
import { preventable } from './preventable.ts'

class App extends EventEmitter {
  readonly isPackaged = false
  requestSingleInstanceLock(): boolean {
    return true
  }
  async whenReady(): Promise<void> {}
  getLocale(): string {
    return process.env['STAND_IN_LOCALE'] ?? 'en-US'
  }
  getAppPath(): string {
    return process.env['STAND_IN_APP'] ?? join(import.meta.dirname, '../../../..')
  }
  getPath(name: string): string {
    return join('/stand-in', name)
  }
  quit(): void {
    if (!preventable(this, 'before-quit')) this.exit(0)
  }
  exit(code: number): never {
    killBrowser()
    process.exit(code)
  }
}

export const app = new App()
