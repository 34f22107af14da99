import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserContext, Page } from 'playwright-core'
import type { Scene } from './scenes.ts'
import { readWords, type Language, type Words } from './words.ts'

interface Look {
  readonly name: string
  readonly scheme: 'light' | 'dark'
  readonly width: number
  readonly height: number
}

const looks: Readonly<Record<Language, readonly Look[]>> = {
  en: [
    { name: 'light', scheme: 'light', width: 1280, height: 820 },
    { name: 'dark', scheme: 'dark', width: 1280, height: 820 },
    { name: 'narrow', scheme: 'light', width: 800, height: 820 },
  ],
  'zh-CN': [{ name: 'chinese', scheme: 'light', width: 1280, height: 820 }],
}

/** For what follows a change of size or place by a timer: charts, tool tips, saved state. */
const settleMs = 350
const patienceMs = 15_000

/** A page in one language that goes through the scenes. */
export interface Photographer {
  photograph(scenes: readonly Scene[]): Promise<void>
}

export async function createPhotographer(
  context: BrowserContext,
  { url, language, folder }: { readonly url: string; readonly language: Language; readonly folder: string },
): Promise<Photographer> {
  // The project is open in core already, and a new page would begin with it.
  await context.addInitScript(`sessionStorage['athanor.project'] ??= 'none'`)
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)
  const words = readWords(language)
  page.on('pageerror', (error) => console.error(`${language}: ${error.message}`))
  await page.goto(url)
  return {
    photograph: async (scenes) => {
      for (const scene of scenes) await photographScene({ page, words, looks: looks[language], folder }, scene)
    },
  }
}

interface Camera {
  readonly page: Page
  readonly words: Words
  readonly looks: readonly Look[]
  readonly folder: string
}

/** One that cannot be reached is said, and costs none of the others. */
async function photographScene({ page, words, looks, folder }: Camera, scene: Scene): Promise<void> {
  const [usual] = looks
  if (usual !== undefined) await take(page, usual)
  try {
    await scene.enter(page, words)
    for (const look of looks) {
      await take(page, look)
      const file = `${scene.name}-${look.name}.png`
      await page.screenshot({ path: join(folder, file), animations: 'disabled' })
      console.log(file)
    }
    if (usual !== undefined) await take(page, usual)
    await scene.leave?.(page, words)
  } catch (thrown) {
    console.error(`${scene.name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    process.exitCode = 1
    await page.keyboard.press('Escape')
  }
}

async function take(page: Page, { scheme, width, height }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
  await page.setViewportSize({ width, height })
  await sleep(settleMs)
  await hasPictures(page)
}

/** Those in sight: the others are not fetched before they are wanted. */
const picturesInSight = `[...document.images].filter((image) => {
  const { top, bottom, left, right } = image.getBoundingClientRect()
  return bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && image.checkVisibility()
})`

/** Asked from outside: what waits inside of the page is script, which its content security policy does not let in. */
async function hasPictures(page: Page): Promise<void> {
  const limitMs = Date.now() + patienceMs
  while (!(await page.evaluate(`${picturesInSight}.every((image) => image.complete)`))) {
    if (Date.now() > limitMs) throw new Error('Some pictures do not come')
    await sleep(settleMs)
  }
}
