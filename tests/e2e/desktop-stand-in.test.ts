import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../../scripts/ensure-built.mjs'

let folder: string

beforeAll(async () => {
  ensureBuilt()
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'athanor-desktop-')))
  mkdirSync(join(folder, 'bun'))
  const image = sharp({ create: { width: 40, height: 32, channels: 3, background: '#c96' } })
  await image.png().toFile(join(folder, 'bun', 'one.png'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the built desktop app serves its page over one port, allows it nothing else, and ends in order', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, '../support/electron/drive-desktop.ts'), folder],
    { encoding: 'utf8', env: { ...process.env, ATHANOR_HOME: join(folder, 'store') }, timeout: 60_000 },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const refused = { status: 404, type: 'text/plain;charset=UTF-8', policy: "default-src 'none'" }
  expect(JSON.parse(stdout)).toEqual({
    webPreferences: {
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
    isShown: true,
    imported: 1,
    projects: [folder],
    pages: {
      start: { status: 200, type: 'text/html; charset=utf-8', policy: "default-src 'none'" },
      absent: refused,
      encoded: refused,
      otherHost: refused,
    },
    navigates: { home: true, away: false, file: false },
    newWindow: 'deny',
    granted: false,
    checked: false,
    errors: [],
  })
})
