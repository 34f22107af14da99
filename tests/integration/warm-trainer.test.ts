import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createWarmTrainer } from '../../src/main/core/models/warm-trainer.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import type { Host } from '../../src/main/core/host.ts'

const never = new AbortController().signal

/** A host that counts the processes it starts. */
function countingHost(): { readonly host: Host; readonly started: () => number } {
  const host = createNodeHost()
  let count = 0
  const counting = Object.defineProperty({ ...host }, 'entries', {
    get: () => {
      count += 1
      return host.entries
    },
  })
  return { host: counting, started: () => count }
}

test('one process serves one borrower after another, and a new one whoever comes after it was idle', async () => {
  const { host, started } = countingHost()
  const warm = createWarmTrainer(host, { idleMs: 100 })
  onTestFinished(() => warm.close())
  const order: string[] = []
  const borrow = async (name: string) => {
    await using trainer = await warm.borrow(never)
    order.push(`${name} begins`)
    await trainer.client.stop({})
    order.push(`${name} ends`)
  }
  await Promise.all([borrow('first'), borrow('second')])
  expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends'])
  expect(started()).toBe(1)
  await sleep(300)
  await borrow('third')
  expect(started()).toBe(2)
})

test('who gives up while waiting does not hold up the next', async () => {
  const { host, started } = countingHost()
  const warm = createWarmTrainer(host)
  onTestFinished(() => warm.close())
  const first = await warm.borrow(never)
  const leaving = new AbortController()
  const second = warm.borrow(leaving.signal)
  const third = warm.borrow(never)
  leaving.abort(new Error('gave up'))
  await first[Symbol.asyncDispose]()
  await expect(second).rejects.toThrow('gave up')
  await using trainer = await third
  await trainer.client.stop({})
  expect(started()).toBe(1)
})
