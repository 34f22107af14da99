/** Something a person can do: by key, in the palette, and in the list of all keys. */
export interface Command {
  readonly id: string
  /** As the palette shows it, in the language of now. */
  readonly title: string
  /** Under which heading it is listed. */
  readonly group: string
  /** Such as `Mod+Z`, `Shift+A`, `1`, `Enter`, `/`; `Mod` is Command on a Mac and Control elsewhere. */
  readonly keys?: readonly string[]
  /** False: shown greyed, and its keys do nothing. */
  readonly isEnabled?: boolean
  /** Not in the palette: keys that only make sense as keys, such as arrows. */
  readonly isKeyOnly?: boolean
  readonly run: () => void
}

/**
 * All commands that there are now. Each view gives its own while it is shown, as a function, so that titles and states
 * follow what they depend on.
 */
export class Commands {
  #sources = $state.raw<readonly (() => readonly Command[])[]>([])
  /** Those of the view that came last stand first. */
  readonly all = $derived(this.#sources.flatMap((source) => source()))

  /** Adds a view's commands; the result takes them away. For an `$effect`: `$effect(() => commands.offer(() => [...]))`. */
  offer(source: () => readonly Command[]): () => void {
    this.#sources = [source, ...this.#sources]
    return () => {
      this.#sources = this.#sources.filter((other) => other !== source)
    }
  }

  /** Runs the command of a key press, unless a person is typing; true where there was one. */
  handle(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing) return false
    const key = keyOf(event)
    if (isTyping(event.target) && !/^(Mod|F\d|Escape)/.test(key)) return false
    const command = this.all.find(({ keys, isEnabled }) => keys?.includes(key) === true && isEnabled !== false)
    if (command === undefined) return false
    event.preventDefault()
    command.run()
    return true
  }
}

const isMac = navigator.platform.startsWith('Mac')

/** The key press as commands name it. */
export function keyOf(event: KeyboardEvent): string {
  const isLetter = /^[a-z]$/i.test(event.key)
  const key = event.key === ' ' ? 'Space' : isLetter ? event.key.toUpperCase() : event.key
  // A sign such as `?` is already what Shift made of the key.
  const hasShift = event.shiftKey && (isLetter || event.key.length > 1 || event.key === ' ')
  const parts = [
    (isMac ? event.metaKey : event.ctrlKey) ? 'Mod' : '',
    event.altKey ? 'Alt' : '',
    hasShift ? 'Shift' : '',
    key,
  ]
  return parts.filter((part) => part !== '').join('+')
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
}
