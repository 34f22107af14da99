import { fitTo, printable } from './printable.ts'

/** The part of a stream that printing needs. */
export interface TextStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export interface Terminal {
  /** Under --json, standard output holds one JSON value and nothing else. */
  setJson(json: boolean): void
  readonly isJson: boolean
  /** A line of the result for people, on standard output; nothing under --json. */
  say(line?: string): void
  /** What the command was asked for, as one JSON value; nothing without --json. */
  answer(value: unknown): void
  /** Text that is the result itself, such as CSV, as it is. */
  emit(text: string): void
  /** A line beside the result, on standard error. */
  note(line: string): void
  /** Standard error is a person's terminal, on which a line can be drawn over. */
  readonly isInteractive: boolean
  /** Draws over the line of the latest call; null takes it away. */
  draw(line: string | null): void
}

export function createTerminal(stdout: TextStream, stderr: TextStream): Terminal {
  let isJson = false
  let isDrawn = false
  const isInteractive = stderr.isTTY === true

  function clear(): void {
    if (isDrawn) stderr.write('\r\x1b[K')
    isDrawn = false
  }

  return {
    setJson: (json) => {
      isJson = json
    },
    get isJson() {
      return isJson
    },
    isInteractive,
    say: (line = '') => {
      if (isJson) return
      clear()
      stdout.write(`${printable(line)}\n`)
    },
    answer: (value) => {
      if (!isJson) return
      clear()
      stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    emit: (text) => {
      clear()
      stdout.write(text)
    },
    note: (line) => {
      clear()
      stderr.write(`${printable(line)}\n`)
    },
    draw: (line) => {
      if (!isInteractive) return
      if (line === null) return clear()
      stderr.write(`\r${fitTo(printable(line), (stderr.columns ?? 80) - 1)}\x1b[K`)
      isDrawn = true
    },
  }
}
