import { ipcRenderer, webUtils } from 'electron'
import { folderDropped, portMessage } from '../shared/rpc/port-message.ts'

/**
 * All that the page gets from Electron: one MessagePort to core, passed on as it is. Ports do not pass through
 * contextBridge, and nothing else is exposed.
 */
ipcRenderer.on(portMessage, (event) => {
  window.postMessage(portMessage, window.location.origin, event.ports)
})

/** A dropped folder is opened by the desktop: the page itself never learns where a file lies. */
window.addEventListener('dragover', (event) => {
  if (hasFiles(event)) event.preventDefault()
})
window.addEventListener('drop', (event) => {
  if (!hasFiles(event)) return
  event.preventDefault()
  if (!event.isTrusted) return
  const item = [...(event.dataTransfer?.items ?? [])].find((candidate) => candidate.webkitGetAsEntry()?.isDirectory)
  const folder = item?.getAsFile()
  if (folder != null) ipcRenderer.send(folderDropped, webUtils.getPathForFile(folder))
})

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true
}
