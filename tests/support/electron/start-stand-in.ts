import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { coreContract, type CoreContract } from '../../../src/shared/contract/index.ts'
import type { Channel } from '../../../src/shared/rpc/channel.ts'
import { createClient } from '../../../src/shared/rpc/client.ts'
import type { Client } from '../../../src/shared/rpc/endpoint.ts'
import type { Controls } from './stand-in/control.ts'

type Control = {
  readonly [Name in keyof Controls]: (
    ...args: Parameters<Controls[Name]>
  ) => Promise<Exclude<Awaited<ReturnType<Controls[Name]>>, void>>
}

export interface StandInOptions {
  readonly folder?: string | undefined
  readonly storeFolder: string
  readonly locale?: string
  /** Of a packaged app; the built one of this project by default. */
  readonly appFolder?: string
}

export interface StandIn {
  readonly page: Page
  readonly control: Control
  /** Core as the page has it, in place of the page, whose connection ends. */
  connect(): Promise<Client<CoreContract>>
  /** Resolves with the exit code when the app has ended by itself. */
  readonly ended: Promise<number | null>
  /** What the shell wrote to its log. */
  readonly log: () => string
  close(): Promise<void>
}

/** Starts the built desktop app under plain Node and connects to its window. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { folder, storeFolder, locale = 'en-US', appFolder } = options
  const child = fork(join(import.meta.dirname, 'run-stand-in.ts'), folder === undefined ? [] : [folder], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ...{ ATHANOR_HOME: storeFolder, STAND_IN_LOCALE: locale },
      ...(appFolder === undefined ? {} : { STAND_IN_APP: appFolder }),
    },
  })
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const control = controlOf(child, () => log)
  try {
    const browser = await chromium.connectOverCDP(await control.endpoint())
    const page = browser.contexts()[0]?.pages()[0]
    if (page === undefined) throw new Error('the window has no page')
    await control.loaded()
    return {
      ...{ page, control, ended, log: () => log },
      connect: async () => {
        await control.takePort()
        return createClient(coreContract, portOf(child))
      },
      close: async () => {
        await browser.close().catch(() => undefined)
        if (child.exitCode === null) child.kill('SIGTERM')
        await ended
      },
    }
  } catch (thrown) {
    child.kill('SIGKILL')
    throw thrown
  }
}

/** Every control of the app as a question to its process. */
function controlOf(child: ChildProcess, log: () => string): Control {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  const started = new Promise<void>((resolve, reject) => {
    child.on('message', (message: { id?: number; value?: unknown; error?: string }) => {
      if (message.id === undefined) return
      if (message.id === 0) return resolve()
      const asker = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.error === undefined) asker?.resolve(message.value)
      else asker?.reject(new Error(message.error))
    })
    child.once('exit', (code) => {
      const error = new Error(`the app ended with ${code}: ${log()}`)
      reject(error)
      for (const asker of waiting.values()) asker.reject(error)
    })
  })
  // Whoever asks hears of it.
  started.catch(() => undefined)

  async function ask(name: string, args: readonly unknown[]): Promise<unknown> {
    await started
    return new Promise((resolve, reject) => {
      lastId += 1
      waiting.set(lastId, { resolve, reject })
      child.send({ id: lastId, name, args })
    })
  }
  // The names are those of Controls, and JSON carries what they take and give.
  return new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          ask(String(name), args),
    },
  ) as Control
}

/** The port that a page would have, carried over the process's own channel. */
function portOf(child: ChildProcess): Channel {
  return {
    send: (message) => void child.send({ port: message }),
    onMessage: (listener) => {
      child.on('message', (message: object) => {
        if ('port' in message) listener(message.port)
      })
    },
    onClose: (listener) => child.once('exit', () => listener()),
    close: () => undefined,
  }
}
