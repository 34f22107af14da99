/** A row whose file is not where it was, or holds something else by now. */
export interface LostImage {
  readonly id: number
  readonly path: string
  readonly sizeBytes: number
  readonly contentHash: string | null
}

/** A file that no row stands for yet. */
export interface NewFile {
  readonly path: string
  readonly sizeBytes: number
  readonly contentHash: string | null
}

export interface Move<File extends NewFile> {
  readonly image: LostImage
  readonly file: File
}

/**
 * Finds lost images again among new files by size and content hash. Only what is certain counts: one lost image and one
 * new file of that content, or, among several of the same content, one of each with the same file name. Nothing is
 * guessed: the rest stays lost, with its labels.
 */
export function matchMoves<File extends NewFile>(
  lost: readonly LostImage[],
  files: readonly File[],
): readonly Move<File>[] {
  const lostByContent = groupBy(lost, contentOf)
  const filesByContent = groupBy(files, contentOf)
  const moves: Move<File>[] = []
  for (const [content, sameFiles] of filesByContent) {
    const sameLost = lostByContent.get(content)
    if (content === null || sameLost === undefined) continue
    moves.push(...pairOf(sameLost, sameFiles), ...pairsByName(sameLost, sameFiles))
  }
  return moves
}

function contentOf({ sizeBytes, contentHash }: LostImage | NewFile): string | null {
  return contentHash === null ? null : `${sizeBytes} ${contentHash}`
}

function pairOf<File extends NewFile>(lost: readonly LostImage[], files: readonly File[]): readonly Move<File>[] {
  const [image, file] = [lost[0], files[0]]
  return lost.length === 1 && files.length === 1 && image && file ? [{ image, file }] : []
}

function pairsByName<File extends NewFile>(lost: readonly LostImage[], files: readonly File[]): readonly Move<File>[] {
  if (lost.length === 1 && files.length === 1) return []
  const lostByName = groupBy(lost, ({ path }) => nameOf(path))
  return [...groupBy(files, ({ path }) => nameOf(path))].flatMap(([name, sameName]) =>
    pairOf(lostByName.get(name) ?? [], sameName),
  )
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): ReadonlyMap<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
