import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { createPictureFolder, type PictureFolder } from '../../support/picture-folder.ts'
import { hostsOfPageHere, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'
import { place, shownCount, usualWindow } from '../../support/studio-steps.ts'

/** Runs compute here, on whatever processor there is. */
const runMs = 150_000

/** The stand-in computes like the browser, for a minute; what is its own in runs is in desktop-stand-in-runs.test.ts. */
const hosts = hostsOfPageHere()

/** From the welcome to an exported model, as a person who follows the screen: each test goes on from the one before. */
describe.each(hosts)('the whole way in %s', (host) => {
  let storeFolder: string
  let studio: OpenStudio
  let page: Page
  let unseen: PictureFolder

  beforeAll(async () => {
    ensureBuilt()
    storeFolder = mkdtempSync(join(tmpdir(), 'athanor-store-'))
    unseen = await createPictureFolder(['unseen.png'], 200)
    studio = await openStudio(host, { storeFolder })
    page = studio.page
    await page.setViewportSize(usualWindow)
  })
  afterAll(async () => {
    await studio?.close()
    await unseen?.remove()
    rmSync(storeFolder, { recursive: true, force: true })
  })

  test('the first start offers the sample set, draws it and shows it labelled', async () => {
    await page.getByRole('button', { name: /^Open a folder of images/ }).waitFor()
    await page.getByRole('button', { name: /^Try the sample set/ }).click()
    await place(page, 'Label', '480 of 480 labelled').waitFor({ timeout: runMs })
    await shownCount(page, '480 images').waitFor()
  })

  test('Tune is ready at once with the network that comes with Athanor, and offers a better one', async () => {
    await place(page, 'Tune', 'not tuned yet').click()
    await page.getByRole('row', { name: /^umbrella 60 48 6 6/ }).waitFor()
    await page.getByRole('heading', { name: 'Ready to tune' }).waitFor()
    await page.getByText(/^Starts from Athanor’s own network/).waitFor()
    await page.getByRole('button', { name: 'Get ImageNet’s' }).click()
    await page.getByRole('region', { name: 'A network that knows photographs' }).waitFor()
    await page.getByRole('button', { name: /^Download \(/ }).click({ trial: true })
    await page.getByRole('button', { name: 'Get ImageNet’s' }).click()
    await page.getByRole('radio', { name: /^Quick/ }).check()
    expect(await page.getByRole('button', { name: 'Tune', exact: true }).isEnabled()).toBe(true)
  })

  test('a Quick run is followed live, over a reload, to its result', async () => {
    await page.getByRole('button', { name: 'Tune', exact: true }).click()
    await page.getByRole('heading', { name: 'Run 1: Quick' }).waitFor()
    await place(page, 'Tune', 'running').waitFor({ timeout: runMs })
    await page.reload()
    await page.getByRole('heading', { name: 'Run 1: Quick' }).waitFor()
    await place(page, 'Evaluate', '% right').waitFor({ timeout: runMs })
    await page.getByRole('button', { name: 'Evaluate', exact: true }).waitFor()
    await page
      .getByText(/^A surer figure, over 480 labelled images: \d+(\.\d)?\s% right .* fitted without it\.$/)
      .waitFor()
  })

  test('a run stops when it is asked to, goes on where it was, and is compared', async () => {
    const again = page.getByRole('button', { name: 'Tune again' })
    if (await again.isVisible()) await again.click()
    await page.getByRole('radio', { name: /^Fine-tune/ }).check()
    await page.getByRole('button', { name: 'Advanced' }).click()
    // So many that it is seen and stopped in time: a pass over so few images takes a fraction of a second.
    await page.getByRole('spinbutton', { name: /^Epochs/ }).fill('40')
    // So small that its export is proved in seconds.
    await page.getByRole('spinbutton', { name: /^Input size/ }).fill('64')
    // So few that it gets something wrong.
    await page.getByRole('spinbutton', { name: /^Use at most/ }).fill('24')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Tune', exact: true }).click()
    await page.getByRole('heading', { name: 'Run 2: Fine-tune' }).waitFor()
    await page
      .getByText(/^Learning, pass \d+ of 40/)
      .or(page.getByText('Checking on the validation images'))
      .waitFor({ timeout: runMs })
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Resume' }).first().waitFor({ timeout: runMs })
    await page.getByRole('button', { name: 'Resume' }).first().click()
    await page.getByRole('row', { name: /Run 2 .*Fine-tune \d/ }).waitFor({ timeout: runMs })

    await page.getByRole('checkbox', { name: 'Compare Run 1' }).check()
    await page.getByRole('checkbox', { name: 'Compare Run 2' }).check()
    await page
      .getByRole('region', { name: /Compar/ })
      .getByText('Preset')
      .first()
      .waitFor()
  })

  test('Evaluate says how good it is, and a mistake is relabelled with one key', async () => {
    await place(page, 'Evaluate').click()
    await page
      .getByText(/^\d+(\.\d)?\s% right$/)
      .first()
      .waitFor()
    await page.getByText(/^Before fine-tuning, over 120 labelled images: \d/).waitFor()
    await page.getByRole('tab', { name: /^Mistakes/ }).click()
    await page
      .getByRole('button', { name: /taken for/ })
      .first()
      .click()
    await page.getByRole('button', { name: 'All mistakes' }).click()
    const mistake = page.getByRole('listbox').getByRole('option').first()
    await mistake.click()
    // Which one comes first depends on the processor: a class that it is not labelled with already.
    const isUmbrella = (await mistake.innerText()).startsWith('umbrella')
    await page.keyboard.press(isUmbrella ? '1' : '8')
    await page.getByText(/^1 label changed since/).waitFor()
  })

  test('every label is held against all other images', async () => {
    await page.getByRole('tab', { name: 'Probably mislabelled' }).click()
    await page
      .getByRole('button', { name: /^Check all \d+ labels$/ })
      .first()
      .click()
    await page.getByText(/agrees with \d+\s% of the labels/).waitFor({ timeout: runMs })
    await page
      .getByRole('heading', { name: /^\d+ labels? to look at$/ })
      .or(page.getByText('Nothing speaks against any label that was checked.'))
      .waitFor()
  })

  test('a picture that was never seen is tried, and shows where the network looked', async () => {
    await page.getByRole('tab', { name: 'Try it' }).click()
    const choosing = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Choose pictures' }).click()
    await (await choosing).setFiles(unseen.at('unseen.png'))
    await page.getByText('unseen.png').first().waitFor({ timeout: runMs })
    await page.getByRole('slider', { name: /looked|Heat/i }).waitFor({ timeout: runMs })
  })

  test('an export is written, proved, and comes with code and card', async () => {
    await place(page, 'Export', 'not exported').click()
    await page.getByRole('button', { name: 'Export', exact: true }).last().click()
    await page
      .getByText(/same answers on \d+ of \d+ images/)
      .first()
      .waitFor({ timeout: runMs })
    await place(page, 'Export', 'ONNX verified').waitFor()
    await page.getByRole('tab', { name: 'Model card' }).click()
    await page.getByRole('heading', { name: /model/i }).last().waitFor()
    expect(studio.complaints).toEqual([])
  })
})
