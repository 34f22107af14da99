import type { AppErrorCode } from '../../shared/errors.ts'

/** The exit codes: what --help prints, what the documentation shows and what a script may rely on. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'failed for a reason outside the input: disk, memory, network, device, a fault of ours' },
  badInput: { code: 2, meaning: 'a flag, file, folder or label is not right; nothing was changed' },
  refused: { code: 3, meaning: 'refused for safety, or an export did not give the same answers' },
  terminalClosed: { code: 129, meaning: 'stopped because the terminal was closed; says how to go on' },
  interrupted: { code: 130, meaning: 'stopped by Ctrl-C; says how to go on' },
  pipeClosed: { code: 141, meaning: 'stopped because nobody reads the output any more' },
  terminated: { code: 143, meaning: 'stopped by SIGTERM; says how to go on' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>

export type ExitCode = keyof typeof exitCodes

/** How a command that failed with an AppError ends. */
const exitOf: Readonly<Record<AppErrorCode, ExitCode>> = {
  'bad-input': 'badInput',
  internal: 'failed',
  cancelled: 'interrupted',
  'channel-closed': 'failed',
  'not-found': 'badInput',
  conflict: 'badInput',
  'no-project': 'badInput',
  'catalog-newer': 'refused',
  'catalog-damaged': 'refused',
  'disk-full': 'failed',
  'no-permission': 'failed',
  'bad-file': 'badInput',
  'refused-file': 'refused',
  offline: 'failed',
  checksum: 'refused',
  'no-device': 'failed',
  'device-lost': 'failed',
  'out-of-memory': 'failed',
  'not-finite': 'failed',
  'process-died': 'failed',
  'not-enough-data': 'badInput',
  'resume-mismatch': 'refused',
  forbidden: 'refused',
}

export function exitCodeOf(code: AppErrorCode): number {
  return exitCodes[exitOf[code]].code
}

/** One line per exit code, for --help. */
export function describeExitCodes(): string {
  const lines = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`)
  return ['Exit codes:', ...lines].join('\n')
}
