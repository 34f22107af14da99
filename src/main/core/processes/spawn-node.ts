import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel } from '../../../shared/rpc/channel.ts'
import { createClosing } from '../../../shared/rpc/closing.ts'
import { processChannel } from '../../../shared/rpc/process-channel.ts'
import type { Host, ProcessEntry } from '../host.ts'
import { chosenCard } from '../system/chosen-card.ts'
import { processDiedError, type ProcessExit } from './process-exit.ts'

const stderrTailCharacters = 8_192
/** A grandchild may hold the pipe open; the rest of the log is not worth waiting for longer than this. */
const stderrGraceMs = 500
const unreachableGraceMs = 5_000

export interface NodeProcess {
  /** Closes when the process has ended, with `process-died` as its reason, or when it is closed from this side. */
  readonly channel: Channel
  /** Undefined where the process could not be started. */
  readonly pid: number | undefined
  readonly exited: Promise<ProcessExit>
  /** Ends it at once. */
  kill(): void
}

/**
 * Starts one of the host's child programs under plain Node, with a channel to it. What Node compiles of it is kept in the
 * store: a trainer is ready in two thirds of the time from the second start on.
 */
export function spawnNode(host: Host, entry: ProcessEntry): NodeProcess {
  const child = spawn(host.nodeFile, [host.entries[entry]], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: { ...settingsOf(host), ...plainEnvironment(process.env) },
    windowsHide: true,
    // Out of the terminal's process group: Ctrl-C is for the host, which ends its processes in order.
    detached: process.platform !== 'win32',
  })
  const exited = observeExit(child)
  const pipe = processChannel(child)
  const closing = createClosing()
  // Not when the pipe breaks but when it is known what happened, so that the error can say it.
  void exited.then((exit) => closing.close(processDiedError(entry, exit)))
  endWhenUnreachable(child)
  return {
    pid: child.pid,
    exited,
    channel: {
      send: pipe.send,
      onMessage: pipe.onMessage,
      onClose: closing.onClose,
      close: () => {
        closing.close()
        pipe.close()
      },
    },
    kill: () => {
      child.kill('SIGKILL')
    },
  }
}

/** What holds for every child, unless the environment of this program says otherwise. */
function settingsOf(host: Host): Record<string, string> {
  const card = chosenCard(host)
  return {
    NODE_COMPILE_CACHE: join(host.storeFolder, 'compiled'),
    // Weights come and go by the hundred megabytes: in large pages, the system is asked for memory far less often.
    ...(process.platform === 'linux' ? { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } : {}),
    ...(card === null ? {} : { ATHANOR_CARD: card }),
  }
}

/** A process that lost its channel can do nothing for us any more, and should be ending by itself. */
function endWhenUnreachable(child: ChildProcess): void {
  child.once('disconnect', () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), unreachableGraceMs)
    child.once('exit', () => clearTimeout(timer))
    if (child.exitCode !== null || child.signalCode !== null) clearTimeout(timer)
  })
}

/** Never rejects: an executable that is not there is an exit too. */
async function observeExit(child: ChildProcess): Promise<ProcessExit> {
  let tail = ''
  // One without a listener is thrown; what it means is in the exit or follows as one.
  child.on('error', () => undefined)
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-stderrTailCharacters)
  })
  // Not the child's own 'close', which never comes when this side has disconnected.
  const logEnded = child.stderr === null ? Promise.resolve() : once(child.stderr, 'close').catch(() => undefined)
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    const timer = new AbortController()
    await Promise.race([logEnded, sleep(stderrGraceMs, undefined, { signal: timer.signal }).catch(() => undefined)])
    timer.abort()
    return { code, signal, stderrTail: tail }
  } catch (error) {
    return { code: null, signal: null, stderrTail: error instanceof Error ? error.message : String(error) }
  }
}

/** Electron's and a developer's Node settings are not meant for the plain Node that the child runs under. */
function plainEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== 'NODE_OPTIONS' && !name.startsWith('ELECTRON_')),
  )
}
