import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { createPictureFolder, type PictureFolder } from '../../support/picture-folder.ts'
import { hostsOfPageHere, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'
import { nameClass, place, tile, tiles, usualWindow } from '../../support/studio-steps.ts'

/** One person's session, in order. */
describe.each(hostsOfPageHere())('suggestions that follow the labels in %s', (host) => {
  let pictures: PictureFolder
  let studio: OpenStudio
  let page: Page

  beforeAll(async () => {
    ensureBuilt()
    pictures = await createPictureFolder(
      Array.from({ length: 24 }, (_, at) => `picture-${String(at).padStart(2, '0')}.png`),
    )
    studio = await openStudio(host, { folder: pictures.folder })
    page = studio.page
    await page.setViewportSize(usualWindow)
    await tiles(page).first().waitFor()
  })
  afterAll(async () => {
    await studio?.close()
    await pictures?.remove()
  })

  const following = () => page.getByRole('switch', { name: 'Suggest while I label' })

  test('are off until a person switches them on, and say what they need', async () => {
    expect(await following().isChecked()).toBe(false)
    await following().click()
    await page.getByText('Label a few images of two classes').waitFor()
  })

  test('come when a person pauses, and follow what is labelled next', async () => {
    await tile(page, 'picture-00.png').click()
    await page.keyboard.press('1')
    await nameClass(page, 'odd')
    for (const _ of [1, 2, 3]) await page.keyboard.press('1')
    await tile(page, 'picture-04.png').click()
    await page.keyboard.press('2')
    await nameClass(page, 'even')
    for (const _ of [1, 2, 3]) await page.keyboard.press('2')
    await place(page, 'Label', '8 of 24 labelled').waitFor()
    await page.getByText('16 images have a suggestion').waitFor()
    await page.getByText(/about \d+\s% right/).waitFor()
    await tile(page, 'picture-11.png', 'Suggested').click()
    await page.keyboard.press('a')
    await page.getByText('15 images have a suggestion').waitFor()
    // No model has come of it, and after a reload the suggestions are still there, and still follow.
    await place(page, 'Evaluate', 'no model yet').waitFor()
    await page.reload()
    await page.getByText('15 images have a suggestion').waitFor()
    expect(await following().isChecked()).toBe(true)
    expect(studio.complaints).toEqual([])
  })

  test('stop when they are switched off', async () => {
    await following().click()
    await tile(page, 'picture-10.png').click()
    await page.keyboard.press('2')
    await place(page, 'Label', '10 of 24 labelled').waitFor()
    await page.getByText('14 images have a suggestion').waitFor()
    expect(await following().isChecked()).toBe(false)
  })

  test('are made anew when they are switched on again, also while one that was given up still ends', async () => {
    await page.reload()
    expect(await page.getByText(/about \d+\s% right/).count()).toBe(0)
    for (const _ of [1, 2, 3]) await following().click()
    expect(await following().isChecked()).toBe(true)
    await page.getByText(/about \d+\s% right/).waitFor()
    expect(studio.complaints).toEqual([])
  })
})
