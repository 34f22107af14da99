import type { FoundProject, RecentProject } from '../../shared/contract/project.ts'
import { m } from '../messages.ts'
import { folderName } from '../project-place.ts'

/** A folder that was chosen for a project that is not in it. */
export interface WrongFolder {
  readonly kind: Exclude<FoundProject['kind'], 'same'>
  readonly place: FoundProject['place']
  readonly sought: Pick<RecentProject, 'imageFolder'>
}

/** What it is instead, and what opening it would do. Whole paths: folders of one name are what people mix up. */
export function describeWrongFolder({ kind, place, sought }: WrongFolder): {
  readonly title: string
  readonly text: string
  readonly open: string
} {
  const words = { folder: place.imageFolder, sought: folderName(sought.imageFolder) }
  return kind === 'other'
    ? {
        title: m.frame_found_other(),
        text: m.frame_found_other_text(words),
        open: m.frame_picker_open({ name: folderName(place.imageFolder) }),
      }
    : { title: m.frame_found_none(), text: m.frame_found_none_text(words), open: m.frame_found_make() }
}
