import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Host } from '../../src/main/core/host.ts'
import { openImaging, type OpenProcess } from '../../src/main/core/processes/open-process.ts'

const support = join(import.meta.dirname, '../support/rpc')
const child = join(support, 'imaging-child.ts')
const logged: string[] = []
const host: Host = {
  nodeFile: process.execPath,
  entries: { imaging: child, trainer: child },
  storeFolder: '',
  shippedFolder: '',
  now: Date.now,
  log: (line) => logged.push(line),
}
const opened: OpenProcess<unknown>[] = []

function open(overrides: Partial<Host> = {}): ReturnType<typeof openImaging> {
  const imaging = openImaging({ ...host, ...overrides })
  opened.push(imaging)
  return imaging
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((imaging) => imaging.close(0)))
})

function ask(imaging: ReturnType<typeof openImaging>, file: string) {
  return imaging.client.examine({ file, thumbnailPx: 16 })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a child answers and ends when it is closed', async () => {
  const imaging = open()
  await expect(ask(imaging, 'pid')).resolves.toMatchObject({ message: String(imaging.pid) })
  await imaging.close()
  await expect(imaging.exited).resolves.toMatchObject({ code: 0, signal: null })
  await expect(ask(imaging, 'pid')).rejects.toMatchObject({ code: 'channel-closed' })
  expect(logged).toEqual([])
})

test('a killed child turns all that is pending into process-died with the signal', async () => {
  const imaging = open()
  const events = imaging.client.drawSamples({ folder: 'x', perClass: 2, sidePx: 32, seed: 0 })[Symbol.asyncIterator]()
  await events.next()
  const next = expect(events.next()).rejects.toMatchObject({ code: 'process-died', data: { signal: 'SIGKILL' } })
  const call = expect(ask(imaging, 'hang')).rejects.toMatchObject({
    code: 'process-died',
    message: 'The imaging process was killed (SIGKILL), perhaps because memory ran out.',
  })
  process.kill(imaging.pid ?? 0, 'SIGKILL')
  await Promise.all([next, call])
  await expect(ask(imaging, 'pid')).rejects.toMatchObject({ code: 'process-died' })
})

test('a child that exits is named with its code and what its log says', async () => {
  await expect(ask(open(), 'crash')).rejects.toMatchObject({
    code: 'process-died',
    message: 'The imaging process ended unexpectedly with exit code 3. Its log says: the furnace went out',
    data: { code: 3, signal: null },
  })
})

test('a child that aborts is named with its signal', async () => {
  await expect(ask(open(), 'abort')).rejects.toMatchObject({ code: 'process-died', data: { signal: 'SIGABRT' } })
})

test('a child that cannot be started is an error, not an exception', async () => {
  const imaging = open({ nodeFile: join(support, 'absent') })
  await expect(ask(imaging, 'pid')).rejects.toMatchObject({
    code: 'process-died',
    message: expect.stringContaining('could not be started') as string,
  })
})

test('a child whose program is not there says so', async () => {
  const imaging = open({ entries: { imaging: join(support, 'absent.ts'), trainer: child } })
  await expect(ask(imaging, 'pid')).rejects.toMatchObject({
    code: 'process-died',
    message: expect.stringContaining('Cannot find module') as string,
    data: { code: 1 },
  })
})

test('a child that gives its channel up ends', async () => {
  const imaging = open()
  await expect(ask(imaging, 'disconnect')).rejects.toMatchObject({ code: 'process-died' })
})

test('only the end of a long log is kept', async () => {
  const imaging = open()
  await ask(imaging, 'chatter')
  await imaging.close()
  const { stderrTail } = await imaging.exited
  expect(stderrTail).toHaveLength(8_192)
  expect(stderrTail.endsWith('END\n')).toBe(true)
})

test('closing lets producers clean up', async () => {
  const imaging = open()
  for await (const event of imaging.client.drawSamples({ folder: 'x', perClass: 2, sidePx: 32, seed: 0 })) {
    expect(event.done).toBe(0)
    await imaging.close()
    break
  }
  await expect(imaging.exited).resolves.toMatchObject({ code: 0, stderrTail: 'cleaned up\n' })
})

test('a child that hangs when it is closed is killed after its grace time', async () => {
  const imaging = open()
  await ask(imaging, 'pid')
  const call = expect(ask(imaging, 'hang')).rejects.toMatchObject({ code: 'channel-closed' })
  await imaging.close(200)
  await call
  await expect(imaging.exited).resolves.toMatchObject({ signal: 'SIGKILL' })
  expect(logged.splice(0)).toEqual(['The imaging process did not end in 200 ms and was killed.'])
})

test('a child ignores the Ctrl-C that a terminal sends to all', async () => {
  const imaging = open()
  await ask(imaging, 'pid')
  process.kill(imaging.pid ?? 0, 'SIGINT')
  await expect(ask(imaging, 'pid')).resolves.toMatchObject({ state: 'unreadable' })
})

test('a child inherits no settings that are meant for another Node', async () => {
  process.env['NODE_OPTIONS'] = '--no-warnings'
  try {
    const imaging = open()
    await ask(imaging, 'environment')
    await imaging.close()
    await expect(imaging.exited).resolves.toMatchObject({ stderrTail: 'NODE_OPTIONS=none\n' })
  } finally {
    delete process.env['NODE_OPTIONS']
  }
})

test('a child whose parent is killed cleans up, although nobody reads its log, and ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'athanor-orphan-'))
  const parent = spawn(process.execPath, [join(support, 'orphan-parent.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line)
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
  expect(readdirSync(folder)).toEqual(['cleaned-up'])
  rmSync(folder, { recursive: true })
})
