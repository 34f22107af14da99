import { overwriteGetLocale } from './messages/runtime.js'

/** With what a person calls it in the language itself. */
export const languages = { en: 'English', 'zh-CN': '简体中文' } as const
export type Language = keyof typeof languages

const storageKey = 'athanor.language'

/** What was chosen, or null: after the system. */
let chosen = $state<Language | null>(readChosen())
const current = $derived(chosen ?? languageOfSystem())

// Every message reads the state through this, so what is on screen follows a change at once.
overwriteGetLocale(() => current)

export const language = {
  get current(): Language {
    return current
  },
  get chosen(): Language | null {
    return chosen
  },
  choose(wanted: Language | null): void {
    chosen = wanted
    if (wanted === null) localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, wanted)
    tellDocument()
  },
}

tellDocument()

function tellDocument(): void {
  document.documentElement.lang = current
}

function readChosen(): Language | null {
  const stored = localStorage.getItem(storageKey)
  return stored !== null && stored in languages ? (stored as Language) : null
}

function languageOfSystem(): Language {
  for (const tag of navigator.languages) {
    if (/^zh\b/i.test(tag)) return 'zh-CN'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}
