import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Examination } from '../../../src/shared/contract/imaging.ts'
import { writeHostileFiles, type HostileFile } from '../../support/pictures/hostile-files.ts'
import { startImaging } from '../../support/pictures/imaging-process.ts'

/** Idle, the slowest takes 0.2 s; a test machine may be ten times as slow. */
const fileMsMax = 5_000
const peakMiBMax = 600

const folder = mkdtempSync(join(tmpdir(), 'athanor-hostile-'))
const imaging = startImaging()
const { files, close } = await writeHostileFiles(folder)
const regularFiles = files
  .map(({ name }) => join(folder, name))
  .filter((file) => existsSync(file) && lstatSync(file).isFile())

function hashOfAll(): string {
  const hash = createHash('sha256')
  for (const file of regularFiles) hash.update(readFileSync(file)).update(String(lstatSync(file).mtimeMs))
  return hash.digest('hex')
}

async function examine({ name }: HostileFile): Promise<Examination> {
  return imaging.client.examine({ file: join(folder, name), thumbnailPx: 64 })
}

describe('the imaging process among hostile files', () => {
  let before = ''
  beforeAll(() => {
    before = hashOfAll()
  })
  afterAll(async () => {
    close()
    await imaging.close()
    rmSync(folder, { recursive: true })
  })

  it('has enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(80)
  })

  it.each(files)('$name ends as it should', async (file) => {
    const startMs = performance.now()
    const examination = await examine(file)
    expect(performance.now() - startMs).toBeLessThan(fileMsMax)
    if (file.expected === 'readable') expect(examination).toMatchObject({ state: 'readable' })
    else expect(file.expected).toContain(examination.state === 'unreadable' ? examination.reason : 'readable')
    if (examination.state === 'unreadable') expect(examination.message).toMatch(/^[A-Z].{10,300}$/s)
  })

  it('takes them all at once as well, and says the same', async () => {
    const examinations = await Promise.all(files.map(examine))
    const reasons = examinations.map((found) => (found.state === 'unreadable' ? found.reason : 'readable'))
    expect(reasons.filter((reason, index) => !files[index]?.expected.includes(reason as never))).toEqual([])
  })

  it('tells the true format of misnamed pictures', async () => {
    const examination = await examine({ name: 'png-named.jpg', expected: 'readable' })
    expect(examination).toMatchObject({ state: 'readable', facts: { format: 'png' } })
  })

  it('knows the hash of a file that it cannot decode, so that it is found again', async () => {
    const examination = await examine({ name: 'all-ff.jpg', expected: [] })
    const contentHash = createHash('sha256')
      .update(readFileSync(join(folder, 'all-ff.jpg')))
      .digest('hex')
    expect(examination).toMatchObject({ state: 'unreadable', contentHash })
  })

  it('is still the same process, of modest size, and has changed no file', () => {
    expect(imaging.pid).toBeTypeOf('number')
    expect(hashOfAll()).toBe(before)
    const status = `/proc/${imaging.pid}/status`
    if (!existsSync(status)) {
      console.log('skipped: this system does not tell the peak memory of a process')
      return
    }
    const peakMiB = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1]) / 1024
    console.log(`${files.length} hostile files, peak memory of the imaging process ${peakMiB.toFixed(0)} MiB`)
    expect(peakMiB).toBeLessThan(peakMiBMax)
  })
})
