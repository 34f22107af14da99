/** Something open on the device. */
export interface Releasable {
  /** To be called when the job is done. */
  readonly release: () => Promise<void>
}

/** What stays open between jobs of one kind, so that the next one is answered at once. One job at a time. */
export interface Keeper<Place, Opened extends Releasable> {
  /** The kept one, or a newly opened one in its place, once whoever has it released it. */
  readonly open: (place: Place) => Promise<Opened>
  /** Frees the device for another kind of job. */
  close(): Promise<void>
}

/** `keyOf` must differ where something else has to be opened, such as a file that was written anew. */
export function createKeeper<Place, Opened extends Releasable>(
  open: (place: Place) => Promise<Opened>,
  keyOf: (place: Place) => Promise<string>,
): Keeper<Place, Opened> {
  let kept: { readonly key: string; readonly opened: Opened } | null = null
  let turn: Promise<void> = Promise.resolve()

  async function takeTurn(): Promise<() => void> {
    const before = turn
    const mine = Promise.withResolvers<void>()
    turn = mine.promise
    await before
    return mine.resolve
  }

  async function forget(): Promise<void> {
    const { opened } = kept ?? {}
    kept = null
    await opened?.release()
  }

  return {
    async open(place) {
      const end = await takeTurn()
      try {
        const key = await keyOf(place)
        if (kept?.key !== key) {
          await forget()
          kept = { key, opened: await open(place) }
        }
        return { ...kept.opened, release: async () => end() }
      } catch (thrown) {
        end()
        throw thrown
      }
    },
    async close() {
      const end = await takeTurn()
      await forget().finally(end)
    },
  }
}
