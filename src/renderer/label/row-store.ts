import type { Image } from '../../shared/domain/image.ts'
import type { ImageId } from '../../shared/domain/ids.ts'

/** Some 20 MB; more is read again when it is wanted again. */
const mostRows = 20_000

/** The rows that have been read, and which of them are no longer as they were. */
export class RowStore {
  #rows = new Map<ImageId, Image>()
  /** Shown until they have been read again. */
  readonly #stale = new Set<ImageId>()

  get(id: ImageId): Image | undefined {
    return this.#rows.get(id)
  }

  isMissing(id: ImageId): boolean {
    return !this.#rows.has(id) || this.#stale.has(id)
  }

  /** Keeps what was read; the result are those that are gone from the catalog. */
  keep(asked: readonly ImageId[], rows: readonly Image[], wanted: readonly ImageId[]): ReadonlySet<ImageId> {
    if (this.#rows.size > mostRows) this.#forgetAllBut(wanted)
    const gone = new Set(asked)
    for (const row of rows) {
      gone.delete(row.id)
      this.#rows.set(row.id, row)
    }
    for (const id of asked) this.#stale.delete(id)
    return gone
  }

  /** Null: all of them. */
  expire(ids: readonly ImageId[] | null): void {
    for (const id of ids ?? this.#rows.keys()) if (this.#rows.has(id)) this.#stale.add(id)
  }

  change(covers: (id: ImageId) => boolean, apply: (image: Image) => Image): void {
    for (const [id, row] of this.#rows) if (covers(id)) this.#rows.set(id, apply(row))
  }

  #forgetAllBut(wanted: readonly ImageId[]): void {
    const kept = new Set(wanted)
    this.#rows = new Map([...this.#rows].filter(([id]) => kept.has(id)))
    this.#stale.clear()
  }
}
