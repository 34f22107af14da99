import { userAgent } from './user-agent.ts'

type RequestHandler = (
  contents: object,
  permission: string,
  decide: (isGranted: boolean) => void,
  details: object,
) => void
type CheckHandler = (contents: object | null, permission: string, origin: string, details: object) => boolean

export const permissions = {
  request: undefined as RequestHandler | undefined,
  check: undefined as CheckHandler | undefined,
  device: undefined as (() => boolean) | undefined,
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler: RequestHandler) => (permissions.request = handler),
    setPermissionCheckHandler: (handler: CheckHandler) => (permissions.check = handler),
    setDevicePermissionHandler: (handler: () => boolean) => (permissions.device = handler),
    getUserAgent: () => userAgent.get(),
    setUserAgent: (value: string) => userAgent.set(value),
  },
}

export const nativeTheme = { shouldUseDarkColors: true }

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
}

export const shownInFolder: string[] = []

export const shell = { showItemInFolder: (path: string) => shownInFolder.push(path) }
