import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { waitForRoom } from '../../../src/trainer/steps/wait-for-room.ts'

test('ends where there is room', async () => {
  const waits = waitForRoom(tmpdir(), { neededBytes: 1, signal: new AbortController().signal })
  expect(await waits.next()).toMatchObject({ done: true })
})

test('says again and again that there is none, and ends when the run is to stop', async () => {
  const stop = new AbortController()
  const waits = waitForRoom(tmpdir(), { neededBytes: Number.MAX_SAFE_INTEGER, signal: stop.signal })
  expect(await waits.next()).toMatchObject({ done: false })
  const last = waits.next()
  stop.abort(new Error('stop'))
  await expect(last).rejects.toThrow('stop')
})
