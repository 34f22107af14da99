import type { Command } from '../commands.svelte.ts'

/** The commands that fit what was typed, the best first; all of them where nothing was. */
export function searchCommands(commands: readonly Command[], typed: string): readonly Command[] {
  const wanted = fold(typed)
  if (wanted === '') return commands
  return commands
    .map((command) => ({ command, score: scoreOf(`${command.title} ${command.group}`, wanted) }))
    .filter((found) => found.score !== null)
    .toSorted((one, other) => (other.score ?? 0) - (one.score ?? 0))
    .map(({ command }) => command)
}

/**
 * How well letters in this order are found in a text: more for whole runs and for beginnings of words; null where one
 * is missing.
 */
export function scoreOf(text: string, wanted: string): number | null {
  const folded = fold(text)
  const whole = folded.indexOf(wanted)
  if (whole >= 0) return 1000 - whole + (isWordStart(folded, whole) ? 500 : 0)
  let score = 0
  let from = 0
  let previous = -2
  for (const letter of wanted) {
    if (letter === ' ') continue
    const at = folded.indexOf(letter, from)
    if (at < 0) return null
    score += (at === previous + 1 ? 8 : 0) + (isWordStart(folded, at) ? 6 : 0) - Math.min(5, at - from)
    previous = at
    from = at + 1
  }
  return score
}

function isWordStart(text: string, index: number): boolean {
  return index === 0 || /[\s\-_/"“(]/.test(text[index - 1] ?? '')
}

function fold(text: string): string {
  return text.trim().toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
}
