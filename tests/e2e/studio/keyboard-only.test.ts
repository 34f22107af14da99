import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { createPictureFolder, type PictureFolder } from '../../support/picture-folder.ts'
import { hostsHere, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'
import { nameClass, place, shownCount, usualWindow } from '../../support/studio-steps.ts'

/** Runs compute here, on whatever processor there is. */
const runMs = 60_000
/** More stops than any page has. */
const stopsMax = 80

/** What the focus is on, as a screen reader would name it. */
const focusedName = `(() => {
  const element = document.activeElement
  const labels = [...(element?.labels ?? [])].map((label) => label.textContent)
  return [element?.getAttribute('aria-label'), ...labels, element?.textContent].filter(Boolean).join(' ').trim()
})()`

/** Presses Tab until the focus is on what has this name, as a person without a mouse does. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = []
  for (let stop = 0; stop < stopsMax; stop += 1) {
    const focused = String(await page.evaluate(focusedName))
    if (name.test(focused)) return
    passed.push(focused.slice(0, 40))
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never comes to ${String(name)}; it passes ${passed.join(' | ')}`)
}

const paths = [
  ...Array.from({ length: 8 }, (_, at) => `round/${at}.png`),
  ...Array.from({ length: 8 }, (_, at) => `square/${at}.png`),
  'loose-0.png',
  'loose-1.png',
]

describe.each(hostsHere().filter((host) => host === 'browser'))('without a mouse, in %s', (host) => {
  let studio: OpenStudio
  let page: Page
  let pictures: PictureFolder

  beforeAll(async () => {
    ensureBuilt()
    pictures = await createPictureFolder(paths)
    studio = await openStudio(host, { folder: pictures.folder })
    page = studio.page
    await page.setViewportSize(usualWindow)
  })
  afterAll(async () => {
    await studio?.close()
    await pictures?.remove()
  })

  test('pictures are labelled, also with a class that is made on the way', async () => {
    await shownCount(page, '18 images').waitFor()
    await page.keyboard.press('n')
    await page.keyboard.press('3')
    await nameClass(page, 'other')
    await page.keyboard.press('1')
    await place(page, 'Label', '18 of 18 labelled').waitFor()
  })

  test('a run is chosen, started and followed to its result', async () => {
    await page.keyboard.press('Alt+2')
    // Tab enters a group of choices at the chosen one; the arrows go from one to the next.
    await tabTo(page, /^Fine-tune/)
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('radio', { name: /^Quick/, checked: true }).waitFor()
    await page.getByRole('heading', { name: 'Ready to tune' }).waitFor()
    await tabTo(page, /^Tune$/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Run 1: Quick' }).waitFor()
    await place(page, 'Evaluate', '% right').waitFor({ timeout: runMs })
  })

  test('its judgement is read, tab by tab', async () => {
    await page.keyboard.press('Alt+3')
    await tabTo(page, /^Mistakes/)
    await page.keyboard.press('ArrowRight')
    await page.getByRole('tab', { name: 'Per class', selected: true }).waitFor()
    await page.getByRole('row', { name: /round/ }).first().waitFor()
  })

  test('the model is exported and its comparison read', async () => {
    await page.keyboard.press('Alt+4')
    await tabTo(page, /^Export$/)
    await page.keyboard.press('Enter')
    await page
      .getByText(/same answers on \d+ of \d+ images/)
      .first()
      .waitFor({ timeout: runMs })
    expect(studio.complaints).toEqual([])
  })
})
