import type { BrowserContext } from 'playwright-core'
import { appOrigin, pageServer } from './protocol.ts'
import { permissions } from './surroundings.ts'

const asked = [
  { name: 'camera', permission: 'media', details: { mediaType: 'video', isMainFrame: true } },
  { name: 'microphone', permission: 'media', details: { mediaType: 'audio', isMainFrame: true } },
  { name: 'geolocation', permission: 'geolocation', details: { isMainFrame: true } },
  { name: 'notifications', permission: 'notifications', details: { isMainFrame: true } },
  { name: 'clipboard-read', permission: 'clipboard-read', details: { isMainFrame: true } },
  { name: 'clipboard-write', permission: 'clipboard-sanitized-write', details: { isMainFrame: true } },
] as const

/** Chromium cannot be made to ask the shell, so its answers are given to Chromium beforehand: all others are denied. */
export async function grantPermissions(context: BrowserContext): Promise<void> {
  const granted = asked.filter(({ permission, details }) =>
    permissions.check?.(null, permission, `${appOrigin}/`, details),
  )
  await context.grantPermissions(
    granted.map(({ name }) => name),
    { origin: await pageServer() },
  )
}
