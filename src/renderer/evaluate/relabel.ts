import type { ClassId, ImageId } from '../../shared/domain/ids.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import { fileNameOf } from './review-item.ts'

interface RelabelledImage {
  readonly imageId: ImageId
  readonly path: string
}

/** Gives an image another label, or none, and says so with a way back; false where core refused. */
export async function relabel(studio: Studio, image: RelabelledImage, classId: ClassId | null): Promise<boolean> {
  const { api, history, notices, projectId } = studio
  const edit = await notices.attempt(() => api.labels.assign({ projectId, images: { ids: [image.imageId] }, classId }))
  if (edit === undefined) return false
  const name = fileNameOf(image.path)
  const className = studio.classes.find(({ id }) => id === classId)?.name
  notices.say(
    className === undefined
      ? m.evaluate_said_unlabelled({ name })
      : m.evaluate_said_relabelled({ name, class: className }),
    history.undoOf(edit),
  )
  return true
}
