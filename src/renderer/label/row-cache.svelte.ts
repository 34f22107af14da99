import type { Image } from '../../shared/domain/image.ts'
import type { ImageId } from '../../shared/domain/ids.ts'
import { RowStore } from './row-store.ts'

/** A change that is shown before core has it on disk. */
export interface PendingEdit {
  covers(id: ImageId): boolean
  apply(image: Image): Image
}

type Read = (ids: readonly ImageId[]) => Promise<readonly Image[]>

const chunkLength = 240

/**
 * The rows behind the tiles, read in chunks as they come in sight. What is shown is what core said with the edits on top
 * that core has not confirmed yet, so an edit that fails is gone by being dropped.
 */
export class RowCache {
  readonly #read: Read
  readonly #store = new RowStore()
  /** Whatever shows rows depends on it. */
  #version = $state(0)
  #edits = $state.raw<readonly PendingEdit[]>([])
  /** Counts what makes an answer that is on its way too old. */
  #epoch = 0
  #wanted: readonly ImageId[] = []
  #isReading = false

  constructor(read: Read) {
    this.#read = read
  }

  get(id: ImageId): Image | undefined {
    void this.#version
    const row = this.#store.get(id)
    return row === undefined ? undefined : this.#edits.reduce((image, edit) => withEdit(image, edit), row)
  }

  /** Reads what is missing of some places of an order, in whole chunks. The latest wish replaces earlier ones. */
  want(order: readonly ImageId[], first: number, last: number): void {
    const from = Math.floor(Math.max(first, 0) / chunkLength) * chunkLength
    const to = Math.ceil((last + 1) / chunkLength) * chunkLength
    this.#wanted = order.slice(from, to)
    void this.#readWanted()
  }

  /** Reads one row alone, and nothing else that was wished: for what flies past too fast for more. */
  glance(id: ImageId | undefined): void {
    if (id === undefined) return
    this.#wanted = [id]
    void this.#readWanted()
  }

  /** The rows of some ids, read where they are not there. */
  async load(ids: readonly ImageId[]): Promise<readonly Image[]> {
    const missing = ids.filter((id) => this.#store.isMissing(id))
    if (missing.length > 0) this.#keep(missing, await this.#read(missing))
    return ids.flatMap((id) => this.get(id) ?? [])
  }

  /** They are no longer as they were. Null: all of them. */
  expire(ids: readonly ImageId[] | null): void {
    this.#epoch++
    this.#store.expire(ids)
    void this.#readWanted()
  }

  begin(edit: PendingEdit): void {
    this.#edits = [...this.#edits, edit]
  }

  /** The edit is on disk: the rows keep it. */
  commit(edit: PendingEdit): void {
    this.#epoch++
    this.#store.change(
      (id) => edit.covers(id),
      (image) => edit.apply(image),
    )
    this.drop(edit)
  }

  drop(edit: PendingEdit): void {
    this.#edits = this.#edits.filter((other) => other !== edit)
    this.#version++
  }

  async #readWanted(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      for (;;) {
        const missing = this.#wanted.filter((id) => this.#store.isMissing(id)).slice(0, 2 * chunkLength)
        if (missing.length === 0) return
        const epoch = this.#epoch
        const rows = await this.#read(missing)
        // An edit came in between: the answer may be from before it.
        if (epoch === this.#epoch) this.#keep(missing, rows)
      }
    } catch {
      // Whoever reads tells the person; the next wish tries again.
      this.#wanted = []
    } finally {
      this.#isReading = false
    }
  }

  #keep(asked: readonly ImageId[], rows: readonly Image[]): void {
    const gone = this.#store.keep(asked, rows, this.#wanted)
    // They will leave the order as well; asking again would bring nothing.
    if (gone.size > 0) this.#wanted = this.#wanted.filter((id) => !gone.has(id))
    this.#version++
  }
}

function withEdit(image: Image, edit: PendingEdit): Image {
  return edit.covers(image.id) ? edit.apply(image) : image
}
