import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { browserCommand, hasDesktop, revealCommand } from '../../../src/main/server/outside-programs.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

it('knows a desktop by its screen and its opener', () => {
  const programs = temporaryFolder()
  writeFileSync(join(programs, 'xdg-open'), '')
  chmodSync(join(programs, 'xdg-open'), 0o755)
  const linux = (environment: NodeJS.ProcessEnv) =>
    hasDesktop({ platform: 'linux', environment: { PATH: programs, ...environment } })
  expect(linux({ DISPLAY: ':0' })).toBe(true)
  expect(linux({ WAYLAND_DISPLAY: 'wayland-0' })).toBe(true)
  expect(linux({})).toBe(false)
  expect(linux({ DISPLAY: '' })).toBe(false)
  expect(linux({ DISPLAY: ':0', PATH: '/nowhere' })).toBe(false)
  expect(hasDesktop({ platform: 'darwin', environment: {} })).toBe(true)
  expect(hasDesktop({ platform: 'darwin', environment: { SSH_CONNECTION: 'x' } })).toBe(false)
})

it('opens an address without a shell in between', () => {
  const url = 'http://127.0.0.1:8420/?token=a_b-c'
  expect(browserCommand(url, 'linux')).toEqual({ file: 'xdg-open', args: [url] })
  expect(browserCommand(url, 'darwin')).toEqual({ file: 'open', args: [url] })
  expect(browserCommand(url, 'win32')).toEqual({ file: 'rundll32', args: ['url.dll,FileProtocolHandler', url] })
})

it('shows a file in its folder, and a folder itself', () => {
  const folder = temporaryFolder()
  const file = join(folder, 'a picture.png')
  writeFileSync(file, '')
  mkdirSync(join(folder, 'export'))
  expect(revealCommand(file, 'linux').args).toEqual([folder])
  expect(revealCommand(join(folder, 'export'), 'linux').args).toEqual([join(folder, 'export')])
  expect(revealCommand(file, 'darwin').args).toEqual(['-R', file])
  expect(revealCommand('C:\\My pictures\\a.png', 'win32')).toMatchObject({
    args: ['/select,"C:\\My pictures\\a.png"'],
    isVerbatim: true,
  })
})
