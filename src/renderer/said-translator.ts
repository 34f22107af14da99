/**
 * From the template of a text that core said to what it is in another language. A hole with a star, such as `{0*}`, holds
 * a text that is translated itself; what stands in the others is a name, a number or a file system's own words.
 */
export type SaidCatalogue = Readonly<Record<string, string>>

export type SaidTranslator = (text: string) => string

interface Template {
  /** What stands around the holes, of which the longest piece is looked for first. */
  readonly rarest: string
  readonly pattern: RegExp
  /** How much of a text it explains by itself. */
  readonly letterCount: number
  readonly translation: string
}

/** What a text is in the other language, and how many of its letters were found in templates: 0 where it is unknown. */
interface Explained {
  readonly words: string
  readonly letterCount: number
}

/** Sentences that were put together one after the other, and parts of a list. */
const joints = [
  { between: /(?<=\.) /g, joined: '' },
  { between: /; /g, joined: '；' },
] as const

/**
 * Recognises English texts by their templates and says them in the language of the catalogue. Texts are put together of
 * others, by holes and one after the other: of all ways to read one, that counts which explains the most letters by
 * templates, so that a file name in a hole cannot take the place of words. What no template explains stays as it is.
 */
export function createSaidTranslator(catalogue: SaidCatalogue): SaidTranslator {
  const templates = Object.entries(catalogue).map(([template, translation]) => readTemplate(template, translation))

  function explain(text: string, known: Map<string, Explained>): Explained {
    const before = known.get(text)
    if (before !== undefined) return before
    let best = explainWhole(text, known)
    for (const { between, joined } of joints) {
      for (const { index, 0: joint } of text.matchAll(between)) {
        const first = explainWhole(text.slice(0, index), known)
        const rest = explain(text.slice(index + joint.length), known)
        const letterCount = first.letterCount + rest.letterCount
        if (letterCount <= best.letterCount) continue
        const isKnown = first.letterCount > 0 && rest.letterCount > 0
        best = { words: `${first.words}${isKnown ? joined : joint}${rest.words}`, letterCount }
      }
    }
    known.set(text, best)
    return best
  }

  function explainWhole(text: string, known: Map<string, Explained>): Explained {
    let best: Explained = { words: text, letterCount: 0 }
    for (const { rarest, pattern, letterCount, translation } of templates) {
      const values = text.includes(rarest) ? pattern.exec(text)?.slice(1) : undefined
      if (values === undefined) continue
      let nestedCount = 0
      const words = translation.replace(/\{(\d+)(\*?)\}/g, (_, at: string, star: string) => {
        const value = values[Number(at)] ?? ''
        if (star === '') return value
        const nested = explain(value, known)
        nestedCount += nested.letterCount
        return nested.words
      })
      if (letterCount + nestedCount > best.letterCount) best = { words, letterCount: letterCount + nestedCount }
    }
    return best
  }

  return (text) => explain(text, new Map()).words
}

function readTemplate(template: string, translation: string): Template {
  const pieces = template.split(/\{\d+\}/)
  return {
    rarest: pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest)),
    pattern: new RegExp(`^${pieces.map((piece) => escapePattern(piece)).join('([^]*?)')}$`),
    letterCount: pieces.join('').match(/[\p{L}\p{N}]/gu)?.length ?? 0,
    translation,
  }
}

/** `RegExp.escape`, which browsers of two years ago do not have. */
const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
