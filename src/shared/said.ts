declare const isSaid: unique symbol

/**
 * A sentence for a person, in English, that was made by `said`: the one place that a translation can find it. Everything
 * that takes a message from core, trainer or imaging to a person takes this type, so that none is forgotten.
 */
export type Said = string & { readonly [isSaid]: true }

/**
 * Says something in words that the page can show in another language: the tag marks what is to be translated, as
 * `gettext` does, and gives the English text. A break of line in the template, with the spaces around it, is one space.
 * Its template, such as `There is no folder {0}.`, is the key in `resources/locales/said`.
 */
export function said(parts: TemplateStringsArray, ...values: readonly (string | number)[]): Said {
  const text = parts.map((part, index) => `${joinLines(part)}${String(values[index] ?? '')}`).join('')
  return text as Said
}

/** The template that a catalogue is asked for, of the parts between the holes. */
export function templateOf(parts: readonly string[]): string {
  return parts.map((part, index) => `${index === 0 ? '' : `{${index - 1}}`}${joinLines(part)}`).join('')
}

const joinLines = (part: string): string => part.replace(/\s*\n\s*/g, ' ')
