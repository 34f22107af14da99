import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { ImageId } from '../../shared/domain/ids.ts'

export interface LabelChanges {
  /** Images of the model's dataset whose label is another one now, or gone. */
  readonly changed: number
  /** Labelled images that the model has never seen in any split. */
  readonly added: number
}

/** The images of one class, by its name of now. */
export interface LabelledNow {
  readonly name: string
  readonly imageIds: readonly ImageId[]
}

/** What happened to the labels since a model's dataset was frozen; classes are told by name. */
export function countLabelChanges(
  frozen: { readonly classes: readonly string[]; readonly entries: readonly DatasetEntry[] },
  labelled: readonly LabelledNow[],
): LabelChanges {
  const nameNow = new Map<ImageId, string>()
  for (const { name, imageIds } of labelled) for (const imageId of imageIds) nameNow.set(imageId, name)
  const known = new Set(frozen.entries.map(({ imageId }) => imageId))
  return {
    changed: frozen.entries.filter(({ imageId, classIndex }) => nameNow.get(imageId) !== frozen.classes[classIndex])
      .length,
    added: [...nameNow.keys()].filter((imageId) => !known.has(imageId)).length,
  }
}
