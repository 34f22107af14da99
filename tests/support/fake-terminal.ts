import { createTerminal, type Terminal } from '../../src/main/cli/output/terminal.ts'

/** A terminal that keeps what was written to it. */
export function fakeTerminal(options: { readonly isTTY?: boolean; readonly columns?: number } = {}): {
  readonly terminal: Terminal
  readonly written: { stdout: string; stderr: string }
} {
  const written = { stdout: '', stderr: '' }
  const stdout = { write: (text: string) => (written.stdout += text) }
  const stderr = { ...options, write: (text: string) => (written.stderr += text) }
  return { terminal: createTerminal(stdout, stderr), written }
}
