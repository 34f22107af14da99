export type Theme = 'system' | 'light' | 'dark'

const storageKey = 'athanor.theme'

let chosen = $state<Theme>(readTheme())
apply()

/** Light or dark; after the system where nothing is chosen. */
export const theme = {
  get chosen(): Theme {
    return chosen
  },
  choose(wanted: Theme): void {
    chosen = wanted
    localStorage.setItem(storageKey, wanted)
    apply()
  },
}

function apply(): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = chosen
}

function readTheme(): Theme {
  const stored = localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}
