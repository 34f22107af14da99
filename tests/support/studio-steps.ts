import type { Locator, Page } from 'playwright-core'

/** As large as the window of the desktop opens. */
export const usualWindow = { width: 1280, height: 820 }

/** A place of the rail; `state` is what stands under its name. */
export function place(page: Page, name: 'Label' | 'Tune' | 'Evaluate' | 'Export', state = ''): Locator {
  // `6 of 30` is not to be found in `16 of 30`.
  const pattern = new RegExp(`^${name}\\b.*(?<!\\d)${escapePattern(state)}`, 's')
  return page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: pattern })
}

export function tiles(page: Page): Locator {
  return page.getByRole('grid', { name: 'Images' }).getByRole('gridcell')
}

/** A tile by what a screen reader says of it: its path, its class. */
export function tile(page: Page, path: string, state = ''): Locator {
  return page
    .getByRole('grid', { name: 'Images' })
    .getByRole('gridcell', { name: new RegExp(`^${escapePattern(path)}, .*${escapePattern(state)}`) })
}

/** How many images the filter gives, as the page says it. */
export function shownCount(page: Page, text: string): Locator {
  return page.getByRole('main', { name: 'Label' }).getByRole('status').getByText(text, { exact: true })
}

/** Writes the name of a new class into the field that its key opened. */
export async function nameClass(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name of the new class' }).fill(name)
  await page.keyboard.press('Enter')
  await page
    .getByRole('region', { name: 'Classes' })
    .getByRole('button', { name: `Label as ${name}` })
    .waitFor()
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
