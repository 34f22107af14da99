import type { Context } from './context.ts'

/**
 * A command as a person can type it next: one that works in a project which `--project` named must name it again, since
 * nothing in the working folder leads there.
 */
export function commandHint({ options }: Pick<Context, 'options'>, words: string): string {
  const { project } = options
  return project === undefined ? `athanor ${words}` : `athanor ${words} --project ${quoted(project)}`
}

/** As the usual shells read it as one word. */
function quoted(word: string): string {
  return /^[\w./:\\@%+,-]+$/.test(word) ? word : `"${word}"`
}
