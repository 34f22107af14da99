import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startImaging } from '../../support/pictures/imaging-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'athanor-samples-'))
const imaging = startImaging()
afterAll(async () => {
  await imaging.close()
  rmSync(folder, { recursive: true })
})

async function draw(name: string, perClass: number, seed: number): Promise<string[]> {
  const target = join(folder, name)
  let last = { done: 0, total: 0 }
  for await (const progress of imaging.client.drawSamples({ folder: target, perClass, sidePx: 96, seed })) {
    expect(progress.done).toBeGreaterThan(last.done)
    last = progress
  }
  expect(last.done).toBe(last.total)
  return readdirSync(target, { recursive: true, encoding: 'utf8' })
    .filter((entry) => statSync(join(target, entry)).isFile())
    .sort()
}

function hashesOf(name: string, files: readonly string[]): string[] {
  return files.map((file) =>
    createHash('sha256')
      .update(readFileSync(join(folder, name, file)))
      .digest('hex'),
  )
}

describe('drawSamples', () => {
  it('draws classes of readable pictures, the same for the same seed, while files are read', async () => {
    const reading = imaging.client.examine({ file: join(folder, 'absent.jpg'), thumbnailPx: 64 })
    const files = await draw('first', 3, 1)
    expect(await reading).toMatchObject({ state: 'unreadable', reason: 'not-a-file' })
    const classes = new Set(files.map((file) => file.split('/')[0]))
    expect(classes.size).toBeGreaterThanOrEqual(6)
    expect(files).toHaveLength(classes.size * 3)
    for (const file of files) {
      const examination = await imaging.client.examine({ file: join(folder, 'first', file), thumbnailPx: 64 })
      expect(examination).toMatchObject({ state: 'readable', facts: { widthPx: 96, heightPx: 96 } })
    }
    const hashes = hashesOf('first', files)
    expect(new Set(hashes).size).toBe(files.length)

    expect(hashesOf('second', await draw('second', 3, 1))).toEqual(hashes)
    const larger = await draw('larger', 5, 1)
    expect(hashesOf('larger', larger)).toEqual(expect.arrayContaining(hashes))
    expect(hashesOf('other', await draw('other', 3, 2)).filter((hash) => hashes.includes(hash))).toEqual([])
  })

  it('stops when nobody listens any more', async () => {
    const target = join(folder, 'left')
    for await (const { done } of imaging.client.drawSamples({ folder: target, perClass: 500, sidePx: 96, seed: 1 })) {
      if (done > 0) break
    }
    const count = (): number => readdirSync(target, { recursive: true }).length
    await expect
      .poll(
        async () => {
          const before = count()
          await new Promise((resolve) => setTimeout(resolve, 300))
          return count() - before
        },
        { timeout: 20_000 },
      )
      .toBe(0)
    expect(count()).toBeLessThan(2000)
  })
})
