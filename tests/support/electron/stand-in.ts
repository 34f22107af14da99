/**
 * As much of Electron's main process as Athanor's desktop uses, on a real Chromium, so that its built bundles run where
 * Electron's program is absent. It shows that the shell does what it should with what Electron offers; what Electron's
 * own sandbox keeps a page from is for Electron itself to show.
 */
export { app } from './stand-in/app.ts'
export { BrowserWindow } from './stand-in/browser-window.ts'
export { dialog } from './stand-in/dialog.ts'
export { Menu } from './stand-in/menu.ts'
export { Notification } from './stand-in/notification.ts'
export { ipcMain, MessageChannelMain } from './stand-in/ports.ts'
export { nativeTheme, screen, session, shell } from './stand-in/surroundings.ts'
export { protocol } from './stand-in/protocol.ts'
