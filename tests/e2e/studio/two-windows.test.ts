import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { createPictureFolder, picturePaths, type PictureFolder } from '../../support/picture-folder.ts'
import { absenceOf, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'
import { place, tile } from '../../support/studio-steps.ts'

const absence = absenceOf('browser')
if (absence !== null) console.warn(`skipped: two windows on one project (${absence})`)

describe.skipIf(absence !== null)('two windows on one project', () => {
  let pictures: PictureFolder
  let studio: OpenStudio
  let second: Page

  beforeAll(async () => {
    ensureBuilt()
    pictures = await createPictureFolder([...picturePaths('cat', 3), ...picturePaths('dog', 3)])
    studio = await openStudio('browser', { folder: pictures.folder })
    await tile(studio.page, 'cat/0.png', 'cat').waitFor()
    second = await studio.page.context().newPage()
    await second.goto(studio.page.url())
    await tile(second, 'cat/0.png', 'cat').waitFor()
  })
  afterAll(async () => {
    await studio?.close()
    await pictures?.remove()
  })

  test('each shows at once what the other does', async () => {
    await tile(studio.page, 'cat/0.png').click()
    await studio.page.keyboard.press('2')
    await tile(second, 'cat/0.png', 'dog').waitFor()
    await second.getByRole('button', { name: 'Undo' }).click()
    await tile(studio.page, 'cat/0.png', 'cat').waitFor()
    await tile(second, 'dog/2.png').click()
    await second.keyboard.press('Backspace')
    await place(studio.page, 'Label', '5 of 6 labelled').waitFor()
  })

  test('the undo of a notice takes back what it speaks of, or says that others edited since', async () => {
    const status = studio.page.getByRole('contentinfo', { name: 'Status' })
    await tile(studio.page, 'cat/1.png').click()
    await studio.page.keyboard.press('2')
    const undo = status.getByRole('button', { name: 'Undo' })
    await undo.waitFor()
    await tile(second, 'dog/0.png').click()
    await second.keyboard.press('1')
    await tile(studio.page, 'dog/0.png', 'cat').waitFor()
    await undo.click()
    await status.getByText('Other edits came after this one: take those back first.').waitFor()
    await tile(studio.page, 'dog/0.png', 'cat').waitFor()
    await tile(studio.page, 'cat/1.png', 'dog').waitFor()
    await second.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: 'Undo' }).click()
    await tile(studio.page, 'dog/0.png', 'dog').waitFor()
  })
})
