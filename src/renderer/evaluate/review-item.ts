import type { ImageId } from '../../shared/domain/ids.ts'
import type { JudgedImage } from './judged-images.ts'

/** One line of a list that a person goes through, with what was so when the list was made. */
export interface ReviewItem extends JudgedImage {
  /** What an earlier model said, where two are compared. */
  readonly before?: { readonly model: string; readonly predicted: string }
  readonly isRelabelled?: boolean
  /** Why it is in the list, where the two classes do not say. */
  readonly why?: string
}

/** What may be done with an image of the list beside relabelling it. */
export interface Keeping {
  readonly keep: (imageId: ImageId) => Promise<boolean>
}

export function fileNameOf(path: string): string {
  return path.split('/').at(-1) ?? path
}
