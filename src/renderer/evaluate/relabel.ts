import type { ClassId } from '../../shared/domain/ids.ts'
import type { Image } from '../../shared/domain/image.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import { fileNameOf } from './review-item.ts'

/** Gives an image another label, or none, and says so with a way back; false where core refused. */
export async function relabel(studio: Studio, image: Image, classId: ClassId | null): Promise<boolean> {
  const { api, notices, projectId } = studio
  const edit = await notices.attempt(() => api.labels.assign({ projectId, images: { ids: [image.id] }, classId }))
  if (edit === undefined) return false
  const name = fileNameOf(image.path)
  const className = studio.classes.find(({ id }) => id === classId)?.name
  notices.say(
    className === undefined
      ? m.evaluate_said_unlabelled({ name })
      : m.evaluate_said_relabelled({ name, class: className }),
    { title: m.evaluate_undo(), run: () => void notices.attempt(() => api.labels.undo({ projectId })) },
  )
  return true
}
