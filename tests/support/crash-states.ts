import fs, { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'

export interface CrashState {
  /** What was about to happen, such as `UPDATE image` or `linkSync`. */
  readonly before: string
  /** A copy of the folder as a crash at this moment would have left it. */
  readonly folder: string
}

const fileCalls = ['linkSync', 'renameSync', 'rmSync', 'fsyncSync', 'openSync', 'mkdirSync'] as const

/**
 * Runs `work` and copies `folder` before each statement that it sends to SQLite and each change that it makes to files:
 * what a killed process leaves is what it had handed to the system by then. SQLite's index of its log is left out, as
 * it is made anew. The copies lie in `states`.
 */
export async function recordCrashStates(
  folder: string,
  states: string,
  work: () => unknown,
): Promise<readonly CrashState[]> {
  const recorded: CrashState[] = []
  let isCopying = false
  const record = (before: string) => {
    if (isCopying || !existsSync(folder)) return
    isCopying = true
    const copy = join(states, String(recorded.length))
    mkdirSync(copy, { recursive: true })
    for (const name of readdirSync(folder)) {
      if (!name.endsWith('-shm')) cpSync(join(folder, name), join(copy, name), { recursive: true })
    }
    recorded.push({ before, folder: copy })
    isCopying = false
  }
  const restore = [...patchDatabase(record), ...patchFiles(record)]
  try {
    await work()
  } finally {
    for (const undo of restore) undo()
    syncBuiltinESMExports()
  }
  record('the end')
  return recorded
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** Calls `record` before each call of a method, and answers how to undo that. */
function patch(
  owner: object,
  name: string,
  describe: (args: readonly unknown[], self: unknown) => string | null,
  record: (before: string) => void,
) {
  const original = Reflect.get(owner, name) as AnyFunction
  const patched = function (this: unknown, ...args: unknown[]): unknown {
    const before = describe(args, this)
    if (before !== null) record(before)
    return Reflect.apply(original, this, args)
  }
  Reflect.set(owner, name, patched)
  return () => Reflect.set(owner, name, original)
}

function patchDatabase(record: (before: string) => void): (() => void)[] {
  const database = Database.prototype as object
  const probe = new Database(':memory:')
  const statement = Object.getPrototypeOf(probe.prepare('SELECT 1')) as object
  probe.close()
  const start = (sql: unknown) => String(sql).trim().split(/\s+/).slice(0, 3).join(' ')
  return [
    patch(database, 'exec', ([sql]) => start(sql), record),
    patch(database, 'pragma', ([sql]) => (String(sql).includes('=') ? `PRAGMA ${String(sql)}` : null), record),
    patch(database, 'close', () => 'close', record),
    patch(statement, 'run', (_, self) => start(Reflect.get(self as object, 'source')), record),
  ]
}

function patchFiles(record: (before: string) => void): (() => void)[] {
  const restore = fileCalls.map((name) => patch(fs, name, () => name, record))
  syncBuiltinESMExports()
  return restore
}
