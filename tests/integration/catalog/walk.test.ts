import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { walkImages } from '../../../src/main/core/catalog/walk.ts'
import { rejectionOf } from '../../support/app-errors.ts'
import { writeFiles } from '../../support/pictures.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

interface Walked {
  readonly found: string[]
  readonly skipped: Record<string, string>
}

async function walk(folder: string, excludedFolders: readonly string[] = []): Promise<Walked> {
  const found: string[] = []
  const skipped: Record<string, string> = {}
  for await (const entries of walkImages(folder, { excludedFolders, signal: new AbortController().signal })) {
    found.push(...entries.found.map(({ path }) => path))
    for (const { path, reason } of entries.skipped) skipped[path] = reason
  }
  return { found, skipped }
}

describe('finding images', () => {
  test('takes files by the ends of their names, in an order that stays, and leaves system junk unmentioned', async () => {
    const folder = temporaryFolder()
    const names = [
      'b.JPG',
      'a.png',
      'a/z.webp',
      'a/b/c.tiff',
      'c.gif',
      'notes.txt',
      'LICENSE',
      'clip.mp4',
      'photo.heic',
    ]
    const junk = ['Thumbs.db', '.DS_Store', '._a.png', 'a/._c.png', '__MACOSX/a.png', 'desktop.ini', '@eaDir/a.jpg']
    writeFiles(folder, Object.fromEntries([...names, ...junk, '.athanor/catalog.png'].map((name) => [name, 'x'])))
    const expected = { found: ['a.png', 'b.JPG', 'c.gif', 'photo.heic', 'a/z.webp', 'a/b/c.tiff'], skipped: {} }
    expect(await walk(folder)).toEqual(expected)
    expect(await walk(folder)).toEqual(expected)
  })

  test('names hidden folders and images, and leaves the project out wherever it lies', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { '.git/a.png': '', '.hidden.png': '', '.profile': '', 'project/thumb.png': '', 'a.png': '' })
    expect(await walk(folder, [join(folder, 'project')])).toEqual({
      found: ['a.png'],
      skipped: {
        '.git': 'a hidden folder: its name begins with a dot',
        '.hidden.png': 'a hidden file: its name begins with a dot',
      },
    })
  })

  test('says when the folder is not there, and when there is nothing in it', async () => {
    const folder = temporaryFolder()
    expect(await walk(folder)).toEqual({ found: [], skipped: {} })
    expect((await rejectionOf(walk(join(folder, 'gone')))).code).toBe('not-found')
  })

  test('stops when told to', async () => {
    const folder = temporaryFolder()
    writeFiles(folder, { 'a.png': '' })
    const signal = AbortSignal.abort()
    const walked = walkImages(folder, { excludedFolders: [], signal }).next()
    expect((await rejectionOf(walked)).code).toBe('cancelled')
  })
})

describe('links', () => {
  test('are followed inside the folder, each folder once, and never out of it', async () => {
    const outside = temporaryFolder()
    writeFiles(outside, { 'secret.png': '' })
    const folder = join(outside, 'images')
    // A neighbour whose name begins with that of the folder is outside too.
    writeFiles(outside, { 'images-private/x.png': '' })
    writeFiles(folder, { 'real/a.png': '', '.store/hidden.png': '', 'z.png': '' })
    const link = (path: string, target: string) => symlinkSync(target, join(folder, path))
    link('0-first', 'real')
    link('loop', '.')
    link('real/up', '..')
    link('escape', '..')
    link('escape.png', '../secret.png')
    link('twin', '../images-private')
    link('nowhere.png', 'gone.png')
    link('self.png', 'self.png')
    link('again.png', 'real/a.png')
    link('stored', '.store')
    expect(await walk(folder)).toEqual({
      found: ['again.png', 'z.png', 'real/a.png', 'stored/hidden.png'],
      skipped: {
        '.store': 'a hidden folder: its name begins with a dot',
        '0-first': 'a link to a folder that is read under its own name',
        loop: 'a link to a folder that is read under its own name',
        'real/up': 'a link to a folder that is read under its own name',
        escape: 'a link out of the image folder',
        'escape.png': 'a link out of the image folder',
        twin: 'a link out of the image folder',
        'nowhere.png': 'a link to nothing',
        'self.png': 'a link that leads back to itself',
      },
    })
  })

  test('in loops cost no more than the same folders without them', async () => {
    const trees = [0, 2].map((loops) => {
      const folder = temporaryFolder()
      for (let at = 0; at < 30; at += 1) {
        writeFiles(folder, { [`p/${at}/q/a.png`]: '', [`p/${at}/q/b.png`]: '' })
        for (let loop = 0; loop < loops; loop += 1)
          symlinkSync('../../..', join(folder, 'p', String(at), 'q', `loop${loop}`))
      }
      return folder
    })
    const [plain, looped] = await Promise.all(trees.map((folder) => walk(folder)))
    expect(looped?.found).toEqual(plain?.found)
    expect(looped?.found).toHaveLength(60)
    expect(Object.keys(looped?.skipped ?? {})).toHaveLength(60)
  })
})

const isLinux = process.platform === 'linux'

describe.skipIf(!isLinux)('what only some systems have (skipped elsewhere)', () => {
  test('pipes, sockets and devices are named, never waited for', async () => {
    const folder = temporaryFolder()
    execFileSync('mkfifo', [join(folder, 'pipe.png')])
    symlinkSync('pipe.png', join(folder, 'to-pipe.png'))
    const server = createServer().listen(join(folder, 'socket.png'))
    onTestFinished(() => {
      server.close()
    })
    await new Promise((resolve) => server.once('listening', resolve))
    if (process.getuid?.() === 0) execFileSync('mknod', [join(folder, 'device.png'), 'c', '1', '5'])
    const startedAtMs = performance.now()
    expect(await walk(folder)).toEqual({
      found: [],
      skipped: {
        'pipe.png': 'not a file: a pipe',
        'to-pipe.png': 'a link to a pipe',
        'socket.png': 'not a file: a socket',
        ...(process.getuid?.() === 0 ? { 'device.png': 'not a file: a device' } : {}),
      },
    })
    expect(performance.now() - startedAtMs).toBeLessThan(1_000)
  })

  test('names that are not UTF-8 are told, and never taken for another file', async () => {
    const folder = temporaryFolder()
    const odd = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.png')])
    writeFileSync(odd, 'x')
    const oddFolder = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])])
    mkdirSync(oddFolder)
    writeFileSync(Buffer.concat([oddFolder, Buffer.from('/inside.png')]), 'x')
    // What Node would call both of them.
    writeFileSync(join(folder, 'caf\ufffd.png'), 'y')
    expect(await walk(folder)).toEqual({
      found: ['caf\ufffd.png'],
      skipped: { 'caf\\xe9.png': 'its name is not UTF-8: rename it', '\\xff\\xfe': 'its name is not UTF-8: rename it' },
    })
  })

  test('names of every kind are found as they are', async () => {
    const names = [
      'plain.png',
      'with space .png',
      ' leading.png',
      'new\nline.png',
      'tab\t.png',
      'CON.png',
      'aux.jpg',
      'a:b.png',
      'trailing./x.png',
      'quote"\'.png',
      'back\\slash.png',
      '-dash.png',
      '=1+1.png',
      '日本語.png',
      'שלום.png',
      'e\u0301.png',
      'é.png',
      'Case.png',
      'case.png',
      '🦉.png',
      '\u202egnp.png',
      `${'x'.repeat(251)}.png`,
      `${'deep/'.repeat(60)}x.png`,
    ]
    const folder = temporaryFolder()
    writeFiles(folder, Object.fromEntries(names.map((name) => [name, 'x'])))
    const { found, skipped } = await walk(folder)
    expect([...found].sort()).toEqual([...names].sort())
    expect(skipped).toEqual({})
  })

  test('a folder that changes while it is read does no harm', async () => {
    const folder = temporaryFolder()
    for (let at = 0; at < 300; at += 1) writeFiles(folder, { [`f${at % 10}/${at}.png`]: 'x' })
    const walked = walkImages(folder, { excludedFolders: [], signal: new AbortController().signal })
    await walked.next()
    rmSync(join(folder, 'f3'), { recursive: true })
    renameSync(join(folder, 'f4'), join(folder, 'f0', 'f4'))
    let found = 0
    for await (const entries of walked) found += entries.found.length
    expect(found).toBeGreaterThanOrEqual(240)
    expect(found).toBeLessThanOrEqual(300)
  })
})
