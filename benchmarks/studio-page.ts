import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { z } from 'zod'

const Scroll = z.object({
  frames: z.number(),
  framesPerSecond: z.number(),
  lateRatio: z.number(),
  blankRatio: z.number(),
})
export type Scroll = z.infer<typeof Scroll>

const FollowedKey = z.object({ labelledMs: z.number(), advancedMs: z.number() })
export type FollowedKey = z.infer<typeof FollowedKey>

const presses = 40
const longestOpeningMs = 60_000

/** Milliseconds that processors gave the page's main thread so far: a busy machine disturbs it less than the clock. */
export async function watchThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
  }
}

/**
 * To be called before the page is loaded; answers what resolves when all pictures in sight are there, in milliseconds since
 * 1970. The page tells it: a question would be lost with the document that is left on the way from the address with the
 * token to the page's own.
 */
export async function addProbe(page: Page): Promise<() => Promise<number>> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  await page.exposeFunction('tellFirstPictures', (atMs: unknown) => resolve(z.number().parse(atMs)))
  await page.addInitScript({ path: join(import.meta.dirname, 'studio-probe.js') })
  return () => {
    const timer = setTimeout(() => reject(new Error('No pictures were shown within a minute.')), longestOpeningMs)
    return promise.finally(() => clearTimeout(timer))
  }
}

export async function measureScroll(page: Page, stepPx: number): Promise<Scroll> {
  return Scroll.parse(await page.evaluate(`studioProbe.scroll(${stepPx})`))
}

/** Presses the keys of the first two classes by turns, each on the tile that is in focus by then. */
export async function measureLabelling(page: Page): Promise<FollowedKey[]> {
  const followed: FollowedKey[] = []
  for (let at = 0; at < presses; at += 1) {
    const followedKey = page.evaluate('studioProbe.followKey()')
    await page.waitForTimeout(150)
    await page.keyboard.press(at % 2 === 0 ? '1' : '2')
    followed.push(FollowedKey.parse(await followedKey))
    await page.waitForTimeout(100)
  }
  // The next repetition finds the labels as they were.
  for (let at = 0; at < presses; at += 1) {
    await page.keyboard.press('Control+z')
    await page.waitForTimeout(60)
  }
  return followed
}
