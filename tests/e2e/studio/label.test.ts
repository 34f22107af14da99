import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { createPictureFolder, type PictureFolder } from '../../support/picture-folder.ts'
import { hostsHere, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'
import { nameClass, place, shownCount, tile, tiles, usualWindow } from '../../support/studio-steps.ts'

/** From end to end in every frame; ends at the last image. */
const flyToTheEnd = `(async () => {
  const grid = document.querySelector('[role=grid]')
  let hasPattern = false
  for (let at = 0; at < 12; at += 1) {
    grid.scrollTop = at % 2 === 0 ? 0 : grid.scrollHeight
    await new Promise(requestAnimationFrame)
    hasPattern ||= grid.querySelector('.pattern') !== null
  }
  return { hasPattern }
})()`

/** One person's session, in order: each test goes on where the one before ended. */
describe.each(hostsHere())('labelling in %s', (host) => {
  let pictures: PictureFolder
  let storeFolder: string
  let studio: OpenStudio
  let page: Page

  beforeAll(async () => {
    ensureBuilt()
    pictures = await createPictureFolder(
      Array.from({ length: 30 }, (_, index) => `picture-${String(index).padStart(2, '0')}.png`),
    )
    storeFolder = mkdtempSync(join(tmpdir(), 'athanor-store-'))
    await open()
  })
  afterAll(async () => {
    await studio?.close()
    await pictures?.remove()
    rmSync(storeFolder, { recursive: true, force: true })
  })

  async function open(): Promise<void> {
    studio = await openStudio(host, { folder: pictures.folder, storeFolder })
    page = studio.page
    await page.setViewportSize(usualWindow)
    await tiles(page).first().waitFor()
  }

  test('the key of a class that is not there yet makes it', async () => {
    await shownCount(page, '30 images').waitFor()
    await tile(page, 'picture-00.png', 'Unlabelled').click()
    await page.keyboard.press('1')
    await nameClass(page, 'round')
    await tile(page, 'picture-00.png', 'round').waitFor()
    await place(page, 'Label', '1 of 30 labelled').waitFor()
  })

  test('keys label, and the next image follows by itself', async () => {
    await page.keyboard.press('2')
    await nameClass(page, 'square')
    await tile(page, 'picture-01.png', 'square').waitFor()
    await page.keyboard.press('1')
    await page.keyboard.press('2')
    await tile(page, 'picture-02.png', 'round').waitFor()
    await tile(page, 'picture-03.png', 'square').waitFor()
    await page.keyboard.press('s')
    await tile(page, 'picture-04.png', 'Skipped').waitFor()
    await place(page, 'Label', '4 of 30 labelled').waitFor()
    await page.getByRole('contentinfo', { name: 'Status' }).getByText('Saved').waitFor()
  })

  test('what an edit would not change is said plainly, offers no undo and loses no place', async () => {
    const status = page.getByRole('contentinfo', { name: 'Status' })
    await tile(page, 'picture-02.png').click()
    await page.keyboard.press('1')
    await status.getByText('Labelled round already').waitFor()
    expect(await status.getByRole('button', { name: 'Undo' }).count()).toBe(0)
    await tile(page, 'picture-02.png').click()
    await page.keyboard.press('a')
    await status.getByText('This image is labelled already.').waitFor()
    await page.keyboard.press('Backspace')
    await tile(page, 'picture-02.png', 'Unlabelled').waitFor()
    await page.keyboard.press('Control+z')
    await tile(page, 'picture-02.png', 'round').waitFor()
    await tile(page, 'picture-05.png').click()
    await page.keyboard.press('a')
    await status
      .getByText('There are no suggestions yet: switch on “Suggest while I label”, or tune a model.')
      .waitFor()
    await page.keyboard.press('a')
    await page.getByRole('gridcell', { name: /^picture-05/, selected: true }).waitFor()
  })

  test('arrows move, Shift extends, and a label goes to the whole selection', async () => {
    await tile(page, 'picture-06.png').click()
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Shift+ArrowRight')
    await page.getByRole('contentinfo').getByText('3 selected').waitFor()
    await page.keyboard.press('2')
    await tile(page, 'picture-08.png', 'square').waitFor()
    await place(page, 'Label', '7 of 30 labelled').waitFor()
    await tile(page, 'picture-08.png').click()
    await page.keyboard.press('Backspace')
    await place(page, 'Label', '6 of 30 labelled').waitFor()
  })

  test('all images of a filter are labelled in one step, and one undo takes it back', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('picture-2')
    await shownCount(page, '10 of 30 images').waitFor()
    await page.keyboard.press('Escape')
    await tiles(page).first().click()
    await page.keyboard.press('Control+a')
    await page.getByRole('contentinfo').getByText('10 selected').waitFor()
    await page.keyboard.press('1')
    await page.getByText('10 images → round').waitFor()
    await place(page, 'Label', '16 of 30 labelled').waitFor()
    await page.keyboard.press('Control+z')
    await place(page, 'Label', '6 of 30 labelled').waitFor()
    await page.keyboard.press('Control+Shift+z')
    await place(page, 'Label', '16 of 30 labelled').waitFor()
  })

  test('a filter stays after a reload', async () => {
    await page.reload()
    await shownCount(page, '10 of 30 images').waitFor()
    await page.getByRole('navigation', { name: 'What to look at' }).getByRole('button', { name: 'All images' }).click()
    await shownCount(page, '30 images').waitFor()
    await page
      .getByRole('region', { name: 'Classes' })
      .getByRole('button', { name: /^square/ })
      .click()
    await shownCount(page, '4 of 30 images').waitFor()
    await page.getByRole('navigation', { name: 'What to look at' }).getByRole('button', { name: 'All images' }).click()
  })

  test('classes are renamed, merged and deleted, with the counts asked', async () => {
    const classes = page.getByRole('region', { name: 'Classes' })
    await classes.getByRole('button', { name: 'Change square' }).click()
    await classes.getByRole('textbox', { name: 'Name' }).fill('angular')
    await page.keyboard.press('Enter')
    await classes.getByRole('button', { name: 'Label as angular' }).waitFor()

    await classes.getByRole('button', { name: 'Change angular' }).click()
    await classes.getByRole('combobox', { name: /Merge into/ }).click()
    await page.getByRole('option', { name: 'round' }).click()
    const merging = page.getByRole('alertdialog').or(page.getByRole('dialog'))
    await merging.getByText('4 images labelled angular will be labelled round').waitFor()
    await merging.getByRole('button', { name: 'Merge' }).click()
    await classes.getByRole('button', { name: /^round 16/ }).waitFor()

    await classes.getByRole('button', { name: 'Change round' }).click()
    await classes.getByRole('button', { name: 'Delete' }).click()
    const deleting = page.getByRole('alertdialog').or(page.getByRole('dialog'))
    await deleting.getByText('16 images will be unlabelled').waitFor()
    await deleting.getByRole('button', { name: 'Delete' }).click()
    await place(page, 'Label', '0 of 30 labelled').waitFor()
  })

  test('what was done is undone after a restart, step by step', async () => {
    await studio.close()
    await open()
    await place(page, 'Label', '0 of 30 labelled').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await place(page, 'Label', '16 of 30 labelled').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page
      .getByRole('region', { name: 'Classes' })
      .getByRole('button', { name: /^angular 4/ })
      .waitFor()
  })

  test('the image view goes on with the arrows and labels with the same keys', async () => {
    await tile(page, 'picture-10.png').click()
    await page.keyboard.press('Enter')
    const view = page.getByRole('dialog').or(page.getByRole('region', { name: 'Image view' }))
    await view.getByText('picture-10.png').first().waitFor()
    await page.keyboard.press('ArrowRight')
    await view.getByText('picture-11.png').first().waitFor()
    await page.keyboard.press('1')
    await place(page, 'Label', '17 of 30 labelled').waitFor()
    await page.keyboard.press('Escape')
    await tile(page, 'picture-11.png', 'round').waitFor()
  })

  test('scrolled too fast to see anything the grid draws no tiles, and all of them as soon as it rests', async () => {
    await page.setViewportSize({ width: 760, height: 420 })
    expect(await page.evaluate(flyToTheEnd)).toEqual({ hasPattern: true })
    await expect.poll(() => page.locator('.pattern').count()).toBe(0)
    await tile(page, 'picture-29.png').locator('img').waitFor()
    await page.setViewportSize(usualWindow)
  })

  test('every key and every action can be found', async () => {
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('Take the label away').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('tune')
    await page.getByRole('option', { name: /Tune/ }).first().waitFor()
    await page.keyboard.press('Escape')
    expect(studio.complaints).toEqual([])
  })
})
