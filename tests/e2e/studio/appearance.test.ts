import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../../../scripts/ensure-built.mjs'
import { findAxeProblems } from '../../support/find-axe-problems.ts'
import { createPictureFolder, picturePaths, type PictureFolder } from '../../support/picture-folder.ts'
import { hostsOfPageHere, openStudio, type OpenStudio } from '../../support/studio-hosts.ts'
import { tiles, usualWindow } from '../../support/studio-steps.ts'

const placeNames = ['Label', 'Tune', 'Evaluate', 'Export', 'Settings'] as const

describe.each(hostsOfPageHere())('how the studio looks in %s', (host) => {
  let pictures: PictureFolder
  let studio: OpenStudio
  let page: Page

  beforeAll(async () => {
    ensureBuilt()
    pictures = await createPictureFolder([...picturePaths('cat', 12), ...picturePaths('dog', 12)])
    studio = await openStudio(host, { folder: pictures.folder })
    page = studio.page
    await page.setViewportSize(usualWindow)
    await tiles(page).first().waitFor()
  })
  afterAll(async () => {
    await studio?.close()
    await pictures?.remove()
  })

  test.each(['light', 'dark'] as const)(
    'axe-core finds nothing serious on any page in the %s theme',
    async (scheme) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      for (const name of placeNames) {
        await page
          .getByRole('button', { name: new RegExp(`^${name}\\b`) })
          .first()
          .click()
        await page.getByRole('main').first().waitFor()
        // A button that comes to life while axe-core looks has the colours of neither state: what is wrong stays wrong.
        await expect
          .poll(async () => ({ name, problems: await findAxeProblems(page) }), { timeout: 20_000 })
          .toEqual({ name, problems: [] })
      }
    },
  )

  test('language and theme are chosen in the settings, at once and for good', async () => {
    await page.getByRole('combobox', { name: /^Language/ }).click()
    await page.getByRole('option', { name: '简体中文' }).click()
    await page.getByRole('button', { name: /^标注/ }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    await page.getByRole('combobox', { name: /^主题/ }).click()
    await page.getByRole('option', { name: '深色' }).click()
    await page.reload()
    await page.getByRole('button', { name: /^微调/ }).waitFor()
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
    expect(Number(/oklch\(([\d.]+)/.exec(ground)?.[1])).toBeLessThan(0.4)
  })

  test('what core says is in the language of the page', async () => {
    await page.getByRole('button', { name: /^设置/ }).first().click()
    // A device's name, which is there whatever the machine has.
    await page.getByText('NVIDIA 显卡（通过 TensorFlow）').first().waitFor()
    const file = join(pictures.folder, 'none.pth')
    await page.getByRole('textbox', { name: '添加自己的文件' }).fill(file)
    await page.getByRole('button', { name: '添加', exact: true }).click()
    await page.getByText(`${file} 不存在。`).waitFor()
    await page.getByRole('button', { name: '关闭', exact: true }).click()
  })

  test('everything fits a narrow window', async () => {
    await page.setViewportSize({ width: 800, height: 700 })
    for (const name of ['标注', '微调', '评估', '导出']) {
      await page
        .getByRole('button', { name: new RegExp(`^${name}`) })
        .first()
        .click()
      const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect({ name, overflow: Math.max(0, overflow) }).toEqual({ name, overflow: 0 })
    }
    expect(studio.complaints).toEqual([])
  })
})
