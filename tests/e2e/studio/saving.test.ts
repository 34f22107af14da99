import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { createPictureFolder, type PictureFolder } from '../../support/picture-folder.ts'
import { hostsOfPageHere, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'
import { nameClass, place, tile, tiles, usualWindow } from '../../support/studio-steps.ts'

describe.each(hostsOfPageHere())('a label that cannot be saved in %s', (host) => {
  let pictures: PictureFolder
  let studio: OpenStudio

  beforeAll(async () => {
    ensureBuilt()
    pictures = await createPictureFolder(Array.from({ length: 4 }, (_, index) => `picture-${index}.png`))
    studio = await openStudio(host, { folder: pictures.folder })
    await studio.page.setViewportSize(usualWindow)
    await tiles(studio.page).nth(3).waitFor()
  })
  afterAll(async () => {
    await studio?.close()
    await pictures?.remove()
  })

  test('goes back, and a banner says why', async () => {
    const { page } = studio
    await tile(page, 'picture-0.png').click()
    await page.keyboard.press('1')
    await nameClass(page, 'round')
    await place(page, 'Label', '1 of 4 labelled').waitFor()

    // Another program writes to the catalog and does not end.
    const other = new Database(join(pictures.folder, '.athanor', 'catalog.sqlite'))
    other.exec('BEGIN IMMEDIATE')
    await tile(page, 'picture-2.png').click()
    await page.keyboard.press('1')
    await tile(page, 'picture-2.png', 'round').waitFor()
    await page.getByRole('contentinfo', { name: 'Status' }).getByText('Saving').waitFor()
    await page.getByRole('alert').waitFor()
    await tile(page, 'picture-2.png', 'Unlabelled').waitFor()
    expect(await page.getByRole('alert').textContent()).toMatch(/catalog/)
    await page.getByRole('contentinfo', { name: 'Status' }).getByText('Saved').waitFor()
    other.exec('ROLLBACK')
    other.close()

    await page.getByRole('alert').getByRole('button', { name: 'Close' }).click()
    await tile(page, 'picture-2.png').click()
    await page.keyboard.press('1')
    await place(page, 'Label', '2 of 4 labelled').waitFor()
  })
})
