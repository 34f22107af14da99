import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../../scripts/ensure-built.mjs'
import { hostsHere, openStudio } from '../support/studio-hosts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

beforeAll(() => ensureBuilt())

describe.each(hostsHere())('the studio in %s', (host) => {
  test('opens the folder it was started with and shows its pictures', async () => {
    const folder = join(temporaryFolder(), 'food')
    mkdirSync(join(folder, 'bun'), { recursive: true })
    const image = sharp({ create: { width: 40, height: 32, channels: 3, background: '#c96' } })
    await image.png().toFile(join(folder, 'bun', 'one.png'))
    const studio = await openStudio(host, { folder })
    onTestFinished(() => studio.close())
    const picture = studio.page.locator('img[src*="/pictures/"]').first()
    await picture.waitFor({ timeout: 60_000 })
    await expect
      .poll(() => picture.evaluate((image) => Number(Reflect.get(image, 'naturalWidth'))), { timeout: 30_000 })
      .toBeGreaterThan(0)
    expect(studio.complaints).toEqual([])
  })
})
