import { app, session } from 'electron'
import { pageOrigin } from './page-address.ts'

/** Whatever a page in a window of ours may try: no other address, no new window, no permission, no web view. */
export function secureContents(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.on('will-navigate', stayOnPage)
    contents.on('will-redirect', stayOnPage)
  })
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false))
  session.defaultSession.setPermissionCheckHandler(() => false)
  session.defaultSession.setDevicePermissionHandler(() => false)
}

function stayOnPage(details: { readonly url: string; preventDefault(): void }): void {
  if (!details.url.startsWith(`${pageOrigin}/`)) details.preventDefault()
}
