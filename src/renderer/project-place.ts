import { z } from 'zod'

/** Where a project lies; null: inside the image folder. */
const ProjectPlace = z.object({ imageFolder: z.string().min(1), projectFolder: z.string().nullable() })
export type ProjectPlace = z.infer<typeof ProjectPlace>

const storageKey = 'athanor.project'

/** What this window showed before it was reloaded; `none` where the project was closed by hand. */
export function readPlace(): ProjectPlace | 'none' | null {
  const stored = sessionStorage.getItem(storageKey)
  if (stored === null || stored === 'none') return stored
  try {
    return ProjectPlace.parse(JSON.parse(stored))
  } catch {
    return null
  }
}

/** For this window alone: another one may show another project. */
export function rememberPlace(place: ProjectPlace | null): void {
  sessionStorage.setItem(storageKey, place === null ? 'none' : JSON.stringify(place))
}

/** What a person calls a folder: its last part. */
export function folderName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path
}
