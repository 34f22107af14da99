import type { Image } from '../../shared/domain/image.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'

/** The whole path, as other programs take it. */
export async function copyPath(studio: Studio, image: Image): Promise<void> {
  const folder = studio.project.imageFolder.replace(/[/\\]$/, '')
  const path = folder.includes('\\') ? `${folder}\\${image.path.replaceAll('/', '\\')}` : `${folder}/${image.path}`
  await studio.notices.attempt(async () => {
    await navigator.clipboard.writeText(path)
    studio.notices.say(m.label_path_copied())
  })
}

export async function reveal(studio: Studio, image: Image): Promise<void> {
  const { api, projectId, notices } = studio
  await notices.attempt(() => api.shell.revealImage({ projectId, imageId: image.id }))
}
