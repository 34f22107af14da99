import type { Split } from '../../../shared/domain/split.ts'

/** What the folders of an image say about it. */
export interface FolderMeaning {
  /** As the folder is called; not checked to be a class name. Null: no folder names a class. */
  readonly className: string | null
  readonly split: Split | null
}

const splitNames: Readonly<Record<string, Split>> = {
  train: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  test: 'test',
}

/**
 * How the folders of these images are to be read:
 *
 * - The first folder on the way down that is called train, val, valid, validation or test, in any case, is the split.
 * - The class is the folder right below the split folder; where there is none, or no split folder, it is the first
 *   folder. An image in the image folder itself, or right in a split folder at the top, has no class.
 * - So that a collection of vehicles may have a class "train": at the top, such a folder is a class like the others
 *   when it is the only one of its kind, holds no folders and has other folders beside it.
 */
export function readFolderLayout(paths: Iterable<string>): (path: string) => FolderMeaning {
  const onTop = new Map<string, { holdsFolders: boolean }>()
  for (const path of paths) {
    const slash = path.indexOf('/')
    if (slash < 0) continue
    const name = path.slice(0, slash)
    const holdsFolders = path.includes('/', slash + 1)
    const known = onTop.get(name)
    if (known === undefined) onTop.set(name, { holdsFolders })
    else known.holdsFolders ||= holdsFolders
  }
  const splitsOnTop = [...onTop].filter(([name]) => splitOf(name) !== null)
  const only = splitsOnTop.length === 1 && onTop.size > 1 ? splitsOnTop[0] : undefined
  const classOnTop = only !== undefined && !only[1].holdsFolders ? only[0] : null

  return (path) => {
    const folders = path.split('/').slice(0, -1)
    const at = folders.findIndex((name, depth) => splitOf(name) !== null && !(depth === 0 && name === classOnTop))
    if (at < 0) return { className: folders[0] ?? null, split: null }
    return { className: folders[at + 1] ?? (at > 0 ? (folders[0] ?? null) : null), split: splitOf(folders[at] ?? '') }
  }
}

function splitOf(folderName: string): Split | null {
  const name = folderName.toLowerCase()
  return Object.hasOwn(splitNames, name) ? (splitNames[name] ?? null) : null
}
