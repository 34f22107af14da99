import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readArguments } from '../../../src/main/server/read-arguments.ts'

describe('the arguments of serve', () => {
  it('have defaults that only this machine can reach', () => {
    expect(readArguments([])).toEqual({
      folder: null,
      projectFolder: null,
      roots: null,
      address: '127.0.0.1',
      port: 8420,
      isRemote: false,
      mayOpen: true,
    })
  })

  it('take a folder, several roots and no browser', () => {
    const words = ['pictures', '--root', '/data', '--root', 'more', '--no-open', '--port', '0', '--project', 'p']
    expect(readArguments(words)).toMatchObject({
      folder: 'pictures',
      projectFolder: 'p',
      roots: ['/data', resolve('more')],
      mayOpen: false,
      port: 0,
    })
  })

  it.each(['0.0.0.0', '::', '192.168.1.7', 'my-machine', '128.0.0.1', '127.0.0.1.example.org'])(
    'listen on %s only where other machines are allowed',
    (address) => {
      expect(() => readArguments(['--host', address])).toThrow(/--allow-remote/)
      expect(readArguments(['--host', address, '--allow-remote'])).toMatchObject({ address, isRemote: true })
    },
  )

  it.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('listen on %s without asking', (address) => {
    expect(readArguments(['--host', address])).toMatchObject({ address, isRemote: false })
  })

  it.each([[['--port', '65536']], [['--port', '-1']], [['--port', 'x']], [['one', 'two']], [['--nonsense']]])(
    'refuse %j',
    (words) => {
      expect(() => readArguments(words)).toThrow()
    },
  )

  it('ask for help', () => {
    expect(readArguments(['--help'])).toBeNull()
  })
})
