import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { readAhead } from '../../src/trainer/evaluation/read-ahead.ts'

describe('readAhead', () => {
  it('keeps the order whatever finishes first, within its limits', async () => {
    let running = 0
    let most = 0
    const started: number[] = []
    const read = async (item: number) => {
      started.push(item)
      most = Math.max(most, (running += 1))
      await delay(item % 2 === 0 ? 6 : 1)
      running -= 1
      return item * 10
    }
    const results: number[] = []
    for await (const value of readAhead([0, 1, 2, 3, 4, 5, 6, 7], read, { concurrency: 3, ahead: 4 })) {
      results.push(value)
      expect(started.length).toBeLessThanOrEqual(results.length + 5)
    }
    expect(results).toEqual([0, 10, 20, 30, 40, 50, 60, 70])
    expect(most).toBe(3)
  })

  it('throws the error of an item at its place and starts no more', async () => {
    const started: number[] = []
    const read = async (item: number) => {
      started.push(item)
      if (item === 1) throw new Error('broken')
      return item
    }
    const results: number[] = []
    const loop = async () => {
      for await (const value of readAhead([0, 1, 2, 3, 4, 5, 6], read, { concurrency: 1, ahead: 1 }))
        results.push(value)
    }
    await expect(loop()).rejects.toThrow('broken')
    const after = started.length
    await delay(5)
    expect(results).toEqual([0])
    expect(started.length).toBe(after)
    expect(after).toBeLessThan(6)
  })

  it('stops when aborted', async () => {
    const controller = new AbortController()
    const results: number[] = []
    const loop = async () => {
      const options = { concurrency: 2, ahead: 2, signal: controller.signal }
      for await (const value of readAhead([0, 1, 2, 3], async (item) => item, options)) {
        results.push(value)
        if (value === 1) controller.abort()
      }
    }
    await expect(loop()).rejects.toThrow()
    expect(results).toEqual([0, 1])
  })
})
