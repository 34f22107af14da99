import { untrack } from 'svelte'

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
    // The effect that offers must not run again because of what it offers.
    untrack(() => (this.#sources = [source, ...this.#sources]))
    return () => {
      this.#sources = untrack(() => this.#sources).filter((other) => other !== source)
    }
  }

  /** Runs the first command with this id, where it can be run now. */
  run(id: string): void {
    const command = this.all.find((candidate) => candidate.id === id)
    if (command !== undefined && command.isEnabled !== false) command.run()
  }

  /** Runs the command of a key press, unless the element with the focus has a use for the key; true where there was one. */
  handle(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing) return false
    const key = keyOf(event)
    if (isMeantFor(event.target, key)) return false
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

/** Layers over the page, such as dialogs and menus, which keep every key but those that open others. */
const layer = '[data-dialog-content], [data-popover-content], [data-menu-content], [data-select-content]'
const operatedByEnter = 'button, a[href], summary, [role="menuitem"], [role="switch"], [role="checkbox"]'
const operatedByArrows = 'input[type="range"], input[type="radio"], [role="slider"], [role="tab"], [role="radio"]'

function isMeantFor(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element) || key === 'Mod+K') return false
  if (target.closest(layer) !== null) return true
  if (isTextField(target)) return !/^(Mod\+Enter|F\d+|Escape)$/.test(key)
  if (/^(Enter|Space)$/.test(key)) return target.matches(operatedByEnter) || target instanceof HTMLInputElement
  return /Arrow|Home|End|Page/.test(key) && target.matches(operatedByArrows)
}

export function isTextField(target: Element): boolean {
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  if (target instanceof HTMLElement && target.isContentEditable) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
}
