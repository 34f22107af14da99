import { AppError } from '../../../shared/errors.ts'
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
  const log = line === undefined ? '' : ` Its log says: ${line}`
  const { code, signal } = exit
  return new AppError('process-died', `The ${entry} process ${describeEnd(exit)}.${log}`, { data: { code, signal } })
}

/** The last line that names an error, or else the last one. Node puts its version and a stack after the error. */
function tellingLine(log: string): string | undefined {
  const lines = log.split('\n').map((line) => line.trim())
  return lines.findLast((line) => /^(\w*Error|FATAL ERROR)\b/.test(line)) ?? lines.findLast((line) => line !== '')
}

function describeEnd({ code, signal }: ProcessExit): string {
  if (signal === 'SIGKILL') return 'was killed (SIGKILL), perhaps because memory ran out'
  if (signal !== null) return `was ended by ${signal}`
  if (code !== null) return `ended unexpectedly with exit code ${code}`
  return 'could not be started'
}
