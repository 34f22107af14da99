import { cpSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { randomOf, shuffled } from '../src/shared/random.ts'
import { createProject, type ProjectCopy } from './project-copy.ts'

export interface Entry {
  readonly path: string
  readonly classIndex: number
  readonly split: string
}

/**
 * The project of someone who labelled `perClass` images of each class, drawn by the seed from all but the test images of
 * a dataset: the images that validate are among them. The test images are those of the dataset.
 */
export function createFewLabelled(
  data: string,
  entries: readonly Entry[],
  { perClass, seed }: { readonly perClass: number; readonly seed: number },
): ProjectCopy {
  const byClass = Map.groupBy(
    entries.filter(({ split }) => split !== 'test'),
    ({ classIndex }) => classIndex,
  )
  const labelled = [...byClass.values()].flatMap((some) => shuffled(some, randomOf(seed)).slice(0, perClass))
  const copies = [
    ...entries.filter(({ split }) => split === 'test').map((entry) => ({ entry, folder: 'test' })),
    ...labelled.map((entry) => ({ entry, folder: 'train' })),
  ]
  return createProject((images) => {
    for (const { entry, folder } of copies) {
      const target = join(images, folder, basename(dirname(entry.path)))
      mkdirSync(target, { recursive: true })
      cpSync(join(data, entry.path), join(target, entry.path.replaceAll('/', '-')))
    }
  })
}
