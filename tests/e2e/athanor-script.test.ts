import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '..', '..')
const script = join(root, 'scripts', 'athanor.mjs')
/** The machine's own Node, which may be an older one; that of the package where there is none. */
const node = existsSync('/usr/bin/node') ? '/usr/bin/node' : process.execPath

test('any Node starts the built command line, which gets its arguments, folder and exit code through', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const cwd = temporaryFolder()
  const shown = spawnSync(node, [script, '--version'], { cwd, encoding: 'utf8' })
  expect([shown.status, shown.stdout]).toEqual([0, `${version}\n`])
  const refused = spawnSync(node, [script, 'runs', '--json'], { cwd, encoding: 'utf8' })
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(cwd) as string])
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'no-project' } })
})

test('serve answers until it is asked to end', async () => {
  const child = spawn(node, [script, 'serve', '--port', '0'], {
    cwd: temporaryFolder(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written += text))
  await expect.poll(() => /http:\/\/\S+/.exec(written)?.[0], { timeout: 60_000 }).toBeDefined()
  const response = await fetch(/http:\/\/[^/\s]+/.exec(written)?.[0] ?? '')
  expect(response.status).toBeLessThan(500)
  await response.text()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([143, null])
  // The server is gone with it.
  await expect(fetch(/http:\/\/[^/\s]+/.exec(written)?.[0] ?? '')).rejects.toThrow()
})
