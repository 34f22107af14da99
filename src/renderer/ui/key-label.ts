const isMac = navigator.platform.startsWith('Mac')

const signs: Readonly<Record<string, string>> = isMac
  ? { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Backspace: '⌫', Escape: 'esc', Tab: '⇥' }
  : { Mod: 'Ctrl', Escape: 'Esc' }

const arrows: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' }

/** A key as it is printed on this machine's keyboard: `Mod+Shift+Z` is `⇧⌘Z` on a Mac and `Ctrl+Shift+Z` elsewhere. */
export function keyLabel(keys: string): string {
  const parts = keys.split(/\+(?=.)/).map((part) => signs[part] ?? arrows[part] ?? part)
  return parts.join(isMac ? '' : '+')
}

/** The same for `aria-keyshortcuts`. */
export function ariaKeys(keys: string): string {
  return keys.replace('Mod', isMac ? 'Meta' : 'Control')
}
