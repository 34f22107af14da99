import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sizeBytesMax } from '../../../src/imaging/limits.ts'
import { readSource } from '../../../src/imaging/read-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'athanor-source-'))
afterAll(() => rmSync(folder, { recursive: true }))

function refusal(reason: string): Error {
  return expect.objectContaining({ reason }) as Error
}

describe('readSource', () => {
  it('gives bytes, hash, size and time of one moment', async () => {
    const file = join(folder, 'plain')
    writeFileSync(file, 'athanor')
    const source = await readSource(file)
    expect(Buffer.from(source.bytes).toString()).toBe('athanor')
    expect(source.contentHash).toBe(createHash('sha256').update('athanor').digest('hex'))
    expect(source).toMatchObject({ sizeBytes: 7, modifiedAtMs: expect.any(Number) as number })
  })

  it('tells a file that grows while it is read', async () => {
    const file = join(folder, 'growing')
    writeFileSync(file, Buffer.alloc(2 ** 20))
    let isReading = true
    const grow = (): void => {
      appendFileSync(file, 'x')
      if (isReading) setImmediate(grow)
    }
    grow()
    const reading = readSource(file)
    await expect(reading)
      .rejects.toThrow(refusal('changed-while-reading'))
      .finally(() => (isReading = false))
  })

  it('refuses what is too large without reading it, and says what is known', async () => {
    const file = join(folder, 'large')
    writeFileSync(file, '')
    truncateSync(file, sizeBytesMax + 1)
    const facts = { sizeBytes: 0, modifiedAtMs: 0, contentHash: null }
    await expect(readSource(file, facts)).rejects.toThrow(refusal('too-large'))
    expect(facts).toMatchObject({ sizeBytes: sizeBytesMax + 1, contentHash: null })
  })

  it('says that a file is gone', async () => {
    await expect(readSource(join(folder, 'absent'))).rejects.toThrow(refusal('missing'))
    await expect(readSource(join(folder, 'plain', 'below'))).rejects.toThrow(refusal('missing'))
  })

  it.skipIf(process.getuid?.() === 0)('says that a file may not be read', async () => {
    const file = join(folder, 'secret')
    writeFileSync(file, 'x', { mode: 0 })
    await expect(readSource(file)).rejects.toThrow(refusal('no-permission'))
  })
  if (process.getuid?.() === 0) console.log('skipped: root may read every file, so no-permission cannot be seen')
})
