import { ipcRenderer } from 'electron'
import { portMessage } from '../shared/rpc/port-message.ts'

/**
 * All that the page gets from Electron: one MessagePort to core, passed on as it is. Ports do not pass through
 * contextBridge, and nothing else is exposed.
 */
ipcRenderer.on(portMessage, (event) => {
  window.postMessage(portMessage, window.location.origin, event.ports)
})
