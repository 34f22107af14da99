import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { absenceOf, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'

/** In the browser alone: the desktop chooses folders in a dialog that is not the page's. */
describe.skipIf(absenceOf('browser') !== null)('a project that went away', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'athanor-find-')))
  const storeFolder = join(base, 'store')
  let studio: OpenStudio
  let page: Page

  beforeAll(async () => {
    ensureBuilt()
    for (const name of ['cats', 'dogs', 'plain']) mkdirSync(join(base, name))
    for (const name of ['dogs', 'cats']) await openOnce(join(base, name))
    renameSync(join(base, 'cats'), join(base, 'kittens'))
    studio = await openStudio('browser', { storeFolder })
    page = studio.page
    // A window that comes anew shows the latest project that is there.
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
    await page.evaluate("sessionStorage.setItem('athanor.project', 'none')")
    await page.reload()
  })
  afterAll(async () => {
    await studio?.close()
    rmSync(base, { recursive: true, force: true })
  })

  async function openOnce(folder: string): Promise<void> {
    const once = await openStudio('browser', { folder, storeFolder })
    await once.page.getByRole('navigation', { name: 'Places' }).waitFor()
    await once.close()
  }

  /** Long enough for a list of folders that nobody asked for to come. */
  async function settle(): Promise<void> {
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(300)
  }

  async function pick(name: string): Promise<void> {
    const dialog = page.getByRole('dialog')
    const field = dialog.getByRole('textbox', { name: 'Folder path' })
    // A dialog that has just opened takes the focus to itself.
    await dialog.getByRole('list', { name: 'Folders' }).waitFor()
    await field.fill(join(base, name))
    await field.press('Enter')
    await dialog.getByRole('button', { name: `Open ${name}` }).click()
  }

  test('is looked for in folders that stay as they were chosen', async () => {
    await page.getByRole('button', { name: 'Find it again' }).click()
    const dialog = page.getByRole('dialog')
    const field = dialog.getByRole('textbox', { name: 'Folder path' })
    const list = dialog.getByRole('list', { name: 'Folders' })
    await list.waitFor()
    await field.fill(base)
    await settle()
    expect(await field.inputValue()).toBe(base)
    await field.press('Enter')
    await list.getByRole('button', { name: 'plain' }).click()
    await dialog.getByRole('button', { name: 'Open plain' }).waitFor()
    await settle()
    expect(await field.inputValue()).toBe(join(base, 'plain'))
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  })

  test('is not mistaken for another one, nor for a folder without a project', async () => {
    await page.getByRole('button', { name: 'Find it again' }).click()
    await pick('dogs')
    const wrong = page.getByRole('dialog')
    await wrong.getByText('That is another project').waitFor()
    await wrong.getByRole('button', { name: 'Choose another folder' }).click()
    await pick('plain')
    await wrong.getByText('There is no project in that folder').waitFor()
    await wrong.getByRole('button', { name: 'Choose another folder' }).click()
  })

  test('is opened where it lies now, and the place that it left is off the list', async () => {
    await pick('kittens')
    await page.getByRole('navigation', { name: 'Places' }).waitFor()
    await page.evaluate("sessionStorage.setItem('athanor.project', 'none')")
    await page.reload()
    await page.getByRole('button', { name: /^kittens/ }).waitFor()
    expect(await page.getByRole('button', { name: 'Find it again' }).count()).toBe(0)
    expect(studio.complaints).toEqual([])
  })
})
