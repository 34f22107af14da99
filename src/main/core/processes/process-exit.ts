import { AppError } from '../../../shared/errors.ts'
import { said, type Said } from '../../../shared/said.ts'
import type { ProcessEntry } from '../host.ts'

/** How a child process ended. Code and signal are both null where it could not even be started. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last few kilobytes that it wrote to its standard error. */
  readonly stderrTail: string
}

/** The death of a process that still had work to do, in words for a person. */
export function processDiedError(entry: ProcessEntry, exit: ProcessExit): AppError {
  const line = tellingLine(exit.stderrTail)
  const end = describeEnd(entry, exit)
  const { code, signal } = exit
  return new AppError('process-died', line === undefined ? end : said`${end} Its log says: ${line}`, {
    data: { code, signal },
  })
}

/** The last line that names an error, or else the last one. Node puts its version and a stack after the error. */
function tellingLine(log: string): string | undefined {
  const lines = log.split('\n').map((line) => line.trim())
  return lines.findLast((line) => /^(\w*Error|FATAL ERROR)\b/.test(line)) ?? lines.findLast((line) => line !== '')
}

function describeEnd(entry: ProcessEntry, { code, signal }: ProcessExit): Said {
  if (signal === 'SIGKILL') return said`The ${entry} process was killed (SIGKILL), perhaps because memory ran out.`
  if (signal !== null) return said`The ${entry} process was ended by ${signal}.`
  if (code !== null) return said`The ${entry} process ended unexpectedly with exit code ${code}.`
  return said`The ${entry} process could not be started.`
}
