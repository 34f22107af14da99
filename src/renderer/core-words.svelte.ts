import { type Language, language } from './language.svelte.ts'
import { createSaidTranslator, type SaidCatalogue, type SaidTranslator } from './said-translator.ts'

/** English is what core says; the other catalogues are read by the pages that speak their language only. */
const catalogues: Readonly<Partial<Record<Language, () => Promise<{ readonly default: SaidCatalogue }>>>> = {
  'zh-CN': () => import('../../resources/locales/said/zh-CN.json'),
}

let translators = $state.raw<Readonly<Partial<Record<Language, SaidTranslator>>>>({})

/** The words of the language that the page has now; a page whose catalogue does not arrive says it in English. */
export async function loadCoreWords(): Promise<void> {
  const { current } = language
  if (current in translators) return
  const catalogue = await catalogues[current]?.().catch(() => undefined)
  if (catalogue !== undefined) translators = { ...translators, [current]: createSaidTranslator(catalogue.default) }
}

/** What core, a trainer or the imaging process said, in the language of the page; changes on screen with that. */
export function inWords(text: string): string {
  return translators[language.current]?.(text) ?? text
}

/** The English text of whatever was thrown, to be kept and shown by `inWords`. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
