import { AppError, isAppError, toAppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { exitCodeOf } from './exit-codes.ts'
import { withFlags } from './recipe-settings.ts'
import type { Terminal } from './output/terminal.ts'

/** Says what went wrong: one or two lines, the causes only where they are wanted. Returns the exit code. */
export function reportError(terminal: Terminal, thrown: unknown, { verbose }: { readonly verbose: boolean }): number {
  const error = toAppError(thrown)
  const isForeseen = isAppError(thrown) && error.code !== 'internal'
  const message = withFlags(error.message.split('\n', 1)[0] ?? '')
  terminal.answer({ error: { code: error.code, message, ...(error.data !== undefined && { data: error.data }) } })
  terminal.note(isForeseen ? message : `Something broke that should not: ${message}`)
  if (!isForeseen && !verbose) terminal.note('Run it again with --verbose to see the cause, and please report it.')
  if (verbose) for (const line of causesOf(error)) terminal.note(`  ${line}`)
  return exitCodeOf(error.code)
}

/** A refusal to overwrite, as one that names the flag; any other error as it is. */
export function hintAtForce(thrown: unknown, what: string): unknown {
  if (!isAppError(thrown) || thrown.code !== 'conflict') return thrown
  return new AppError('conflict', said`${what} is there already. Choose another, or replace it with --force.`, {
    cause: thrown,
  })
}

/** The chain of causes, each with where it was thrown. */
function causesOf(error: Error): string[] {
  const lines = (error.stack ?? error.message).split('\n')
  const cause: unknown = error.cause
  if (cause === undefined) return lines
  return [...lines, 'because of:', ...(cause instanceof Error ? causesOf(cause) : [JSON.stringify(cause)])]
}
