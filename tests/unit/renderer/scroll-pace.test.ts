import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ScrollPace } from '../../../src/renderer/ui/scroll-pace.ts'

const viewportPx = 700
const frameMs = 1000 / 60

/** What it says after each of some frames of so many pixels. */
function pass(pace: ScrollPace, stepsPx: readonly number[], { fromMs = 0, everyMs = frameMs } = {}): boolean[] {
  let offsetPx = 50_000
  return stepsPx.map((stepPx, at) => pace.step(fromMs + at * everyMs, (offsetPx += stepPx), viewportPx))
}

const frames = (count: number, stepPx: number) => Array.from({ length: count }, () => stepPx)

test('1000 pixels a frame pass from the second step on, in both directions', () => {
  expect(pass(new ScrollPace(), frames(5, 1000))).toEqual([false, true, true, true, true])
  expect(pass(new ScrollPace(), frames(5, -1000))).toEqual([false, true, true, true, true])
})

test('200 pixels a frame can be seen', () => {
  expect(pass(new ScrollPace(), frames(20, 200))).not.toContain(true)
})

test('a single jump passes nothing, nor does a page every fifth of a second', () => {
  expect(pass(new ScrollPace(), [300_000])).toEqual([false])
  expect(pass(new ScrollPace(), frames(6, viewportPx), { everyMs: 200 })).not.toContain(true)
})

test('the scroll bar dragged by single pixels passes while it moves, on slow machines too', () => {
  expect(pass(new ScrollPace(), frames(4, 1000), { everyMs: 33 })).toEqual([false, true, true, true])
})

test('slowing down is noticed within the steps it remembers', () => {
  const pace = new ScrollPace()
  pass(pace, frames(10, 1000))
  expect(pass(pace, frames(4, 100), { fromMs: 10 * frameMs }).at(-1)).toBe(false)
})

test('two steps of one frame are one', () => {
  expect(pass(new ScrollPace(), frames(3, 1000), { everyMs: 0 })).toEqual([false, false, false])
})

test('after a rest it begins anew', () => {
  const pace = new ScrollPace()
  pass(pace, frames(5, 1000))
  pace.rest()
  expect(pass(pace, [1000], { fromMs: 5 * frameMs })).toEqual([false])
})

test('frames that come unevenly do not make 200 pixels a frame pass', () => {
  const unevenMs = fc.array(fc.double({ min: 0.7 * frameMs, max: 3 * frameMs, noNaN: true }), { maxLength: 40 })
  fc.assert(
    fc.property(unevenMs, (intervals) => {
      const pace = new ScrollPace()
      let atMs = 0
      let offsetPx = 0
      for (const interval of intervals) {
        expect(pace.step((atMs += interval), (offsetPx += 200), viewportPx)).toBe(false)
      }
    }),
  )
})
