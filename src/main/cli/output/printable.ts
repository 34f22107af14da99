/**
 * Text from files and people as a terminal may show it: control characters, which could move the cursor or rename the
 * window, and marks that reverse the reading order are written out as escapes.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

const graphemes = new Intl.Segmenter()
const wide =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u
const invisible = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

/** Columns that a terminal needs: two for East Asian characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += invisible.test(segment) ? 0 : wide.test(segment) ? 2 : 1
  return width
}

/** The text cut to so many columns, with an ellipsis where something was cut. */
export function fitTo(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let result = ''
  let width = 1
  for (const { segment } of graphemes.segment(text)) {
    width += displayWidth(segment)
    if (width > columns) break
    result += segment
  }
  return `${result}…`
}
