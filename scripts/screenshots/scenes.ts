import type { Page } from 'playwright-core'
import type { Words } from './words.ts'

/** One page of the studio in one state. */
export interface Scene {
  readonly name: string
  /** Brings the page there; what is waited for here is on the picture. */
  readonly enter: (page: Page, words: Words) => Promise<void>
  /** Takes away what the next scene would trip over. */
  readonly leave?: (page: Page, words: Words) => Promise<void>
}

/** Long enough for a run on a slow machine. */
const patienceMs = 120_000

const go = (page: Page, address: string) => page.evaluate(`location.hash = ${JSON.stringify(address)}`)
const press = (key: string) => (page: Page) => page.keyboard.press(key)
const main = (page: Page) => page.getByRole('main').first()
const tiles = (page: Page) => page.getByRole('grid').getByRole('gridcell')
const button = (page: Page, name: string) => page.getByRole('button', { name }).first()
const shows = (address: string) => async (page: Page) => {
  await go(page, address)
  await main(page).waitFor()
}
const tab = (name: string) => (page: Page, words: Words) =>
  shows(`/evaluate?tab=${name}`)(page).then(() =>
    page
      .getByRole('tab', { name: words(`evaluate_tab_${name}`) })
      .and(page.locator('[aria-selected="true"]'))
      .waitFor(),
  )

export const firstScenes: readonly Scene[] = [
  { name: 'welcome', enter: (page, words) => button(page, words('frame_door_samples')).waitFor() },
  {
    name: 'folder-picker',
    enter: async (page, words) => {
      await button(page, words('frame_door_folder')).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Things in the house' }).click()
      await page.getByRole('dialog').getByText('.athanor').or(page.getByRole('dialog').locator('nav')).first().waitFor()
    },
    leave: async (page, words) => {
      const open = words('frame_picker_open')
      await page.getByRole('dialog').getByRole('button', { name: open }).last().click()
      await tiles(page).first().waitFor()
    },
  },
  { name: 'label-first', enter: shows('/label') },
  {
    name: 'tune-backbone-better',
    enter: async (page, words) => {
      await shows('/tune')(page)
      await button(page, words('tune_backbone_better_get')).click()
    },
    leave: (page, words) => button(page, words('tune_backbone_better_get')).click(),
  },
  {
    name: 'tune-ready',
    enter: async (page, words) => {
      await page.getByRole('radio', { name: words('tune_preset_quick') }).check()
      await page.getByRole('heading', { name: words('tune_ready') }).scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'tune-advanced',
    enter: async (page, words) => {
      await button(page, words('tune_advanced')).click()
      await page.getByRole('spinbutton').last().scrollIntoViewIfNeeded()
    },
    leave: (page, words) => button(page, words('tune_advanced')).click(),
  },
  { name: 'evaluate-empty', enter: shows('/evaluate') },
  { name: 'export-empty', enter: shows('/export') },
]

export const liveScenes: readonly Scene[] = [{ name: 'tune-live', enter: shows('/tune') }]

/** Of a run whose model also says what folds told. */
export const quickScenes: readonly Scene[] = [
  { name: 'tune-quick', enter: shows('/tune?run=run-1') },
  { name: 'evaluate-quick', enter: shows('/evaluate?model=model-1') },
]

export const outcomeScenes: readonly Scene[] = [
  { name: 'tune-done', enter: shows('/tune?run=run-2') },
  {
    name: 'tune-compare',
    enter: async (page) => {
      await shows('/tune?compare=run-1,run-2')(page)
      await page.getByRole('table').last().scrollIntoViewIfNeeded()
    },
  },
]

export const laterScenes: readonly Scene[] = [
  {
    name: 'label-grid',
    enter: async (page) => {
      await shows('/label')(page)
      await tiles(page).nth(8).click()
    },
  },
  {
    name: 'label-selected',
    enter: async (page) => {
      await tiles(page).nth(10).click()
      await page.keyboard.press('Shift+ArrowRight')
      await page.keyboard.press('Shift+ArrowRight')
    },
  },
  { name: 'image-view', enter: press('Enter'), leave: press('Escape') },
  {
    name: 'label-suggestions',
    enter: async (page) => {
      await shows('/label?suggested=1&sort=uncertainty')(page)
      await tiles(page).first().click()
    },
  },
  {
    name: 'class-editor',
    enter: async (page, words) => {
      await shows('/label')(page)
      await page
        .getByRole('region', { name: words('label_classes') })
        .getByRole('button', { name: /mug/ })
        .and(page.locator('[aria-expanded]'))
        .click()
    },
    leave: press('Escape'),
  },
  { name: 'palette', enter: press('Control+k'), leave: press('Escape') },
  { name: 'keys', enter: press('?'), leave: press('Escape') },
  { name: 'evaluate-mistakes', enter: tab('mistakes') },
  { name: 'evaluate-classes', enter: tab('classes') },
  { name: 'evaluate-mislabelled', enter: tab('mislabelled') },
  { name: 'evaluate-calibration', enter: tab('calibration') },
  { name: 'evaluate-changes', enter: tab('changes') },
  { name: 'try-it', enter: tab('try') },
  { name: 'export-before', enter: shows('/export') },
  { name: 'settings', enter: shows('/settings') },
]

/** A picture that is tried; its heat map lies over it. */
export function tryScene(unseenFile: string): Scene {
  return {
    name: 'try-it-result',
    enter: async (page, words) => {
      await tab('try')(page, words)
      await page.locator('input[type="file"]').setInputFiles(unseenFile)
      await page.getByRole('slider').first().waitFor({ timeout: patienceMs })
    },
  }
}

export const exportScenes: readonly Scene[] = [
  { name: 'export-after', enter: shows('/export?view=numbers') },
  { name: 'export-code', enter: shows('/export?view=code') },
  { name: 'model-card', enter: shows('/export?view=card') },
]
