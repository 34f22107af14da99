import { app, session } from 'electron'
import { isOwnPage } from './page-address.ts'

/** Whatever a page in a window of ours may try: no other address, no new window, no web view, hardly a permission. */
export function secureContents(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.on('will-navigate', stayOnPage)
    contents.on('will-redirect', stayOnPage)
  })
  session.defaultSession.setPermissionRequestHandler((contents, permission, decide, details) => {
    const isOurs = isOwnPage(contents.getURL()) && details.isMainFrame && isOwnPage(details.requestingUrl)
    const wishes = 'mediaTypes' in details ? (details.mediaTypes ?? []) : []
    decide(isOurs && isAllowed(permission, wishes))
  })
  session.defaultSession.setPermissionCheckHandler((_contents, permission, origin, { mediaType, isMainFrame }) => {
    return isOwnPage(origin) && isMainFrame && isAllowed(permission, mediaType === undefined ? [] : [mediaType])
  })
  session.defaultSession.setDevicePermissionHandler(() => false)
}

/** The camera, to try a model on what it sees, without the microphone; and copying text, which a browser allows too. */
function isAllowed(permission: string, mediaTypes: readonly string[]): boolean {
  if (permission === 'clipboard-sanitized-write') return true
  return permission === 'media' && mediaTypes.length > 0 && mediaTypes.every((type) => type === 'video')
}

function stayOnPage(details: { readonly url: string; preventDefault(): void }): void {
  if (!isOwnPage(details.url)) details.preventDefault()
}
