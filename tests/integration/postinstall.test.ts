import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { buildAddon } from '../../native/onednn/build-addon.ts'
import { hashSources, readBuilt } from '../../native/onednn/build-record.ts'
import { carryLibraries } from '../../native/onednn/carry-libraries.ts'
import type { Availability } from '../../src/trainer/devices/device.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '..', '..')
const probing = `
  const { onednnDevice } = await import('./src/trainer/devices/onednn.ts')
  console.log(JSON.stringify(await onednnDevice.probe()))
`

/** A tree that has everything but what was built. */
function copyOfTree(): string {
  const tree = temporaryFolder()
  for (const folder of ['scripts', 'src']) cpSync(join(root, folder), join(tree, folder), { recursive: true })
  cpSync(join(root, 'native', 'onednn'), join(tree, 'native', 'onednn'), {
    recursive: true,
    filter: (file) => !/onednn.(build|packages)$/.test(file),
  })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

function install(tree: string, env: NodeJS.ProcessEnv = {}): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(tree, 'scripts', 'postinstall.mjs')], {
    cwd: tree,
    env: { PATH: temporaryFolder(), HOME: tree, ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('npm ci ends well without a compiler, says so in one line, and the device repeats it', () => {
  const tree = copyOfTree()
  const { status, stdout, stderr } = install(tree)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^The onednn device was not built: [^\n]+\n$/)

  const probed = spawnSync(process.execPath, ['--input-type=module', '-e', probing], { cwd: tree, encoding: 'utf8' })
  const probe = JSON.parse(probed.stdout) as Availability
  const said = probe.available ? [] : [probe.reason, probe.cure]
  expect(`${said.filter((text) => text !== null).join(' ')}\n`).toBe(stdout)
})

test('npm ci ends well when the build is not wanted, breaks, or has no Node 24', () => {
  const tree = copyOfTree()
  expect(install(tree, { ATHANOR_SKIP_ONEDNN: '1' })).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^The onednn device was not built: ATHANOR_SKIP_ONEDNN is set[^\n]+\n$/) as string,
  })
  expect(existsSync(join(tree, 'out'))).toBe(false)

  writeFileSync(join(tree, 'native', 'onednn', 'build.ts'), 'throw new Error("broken")\n')
  expect(install(tree)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^The onednn device was not built: [^\n]+\n$/) as string,
    stderr: '',
  })

  const bare = temporaryFolder()
  cpSync(join(root, 'scripts'), join(bare, 'scripts'), { recursive: true })
  expect(install(bare)).toMatchObject({ status: 0, stdout: expect.stringContaining('Node 24') as string, stderr: '' })
})

/** An addon with a library of its own beside the system's. */
const sharpAddon = join(root, 'node_modules/@img/sharp-linux-x64/lib')

test.skipIf(!existsSync(sharpAddon))('an addon gets what it needs and not every system has', () => {
  const [name = ''] = readdirSync(sharpAddon).filter((file) => file.endsWith('.node'))
  const target = temporaryFolder()
  const carried = carryLibraries(join(sharpAddon, name), dirname(sharpAddon), target)
  expect(carried).toEqual([expect.stringMatching(/^libvips-cpp\.so/)])
  expect(readdirSync(target)).toEqual(carried)
})

const built = join(root, 'out', 'onednn')
const isFresh = readBuilt(built)?.sources === hashSources(join(root, 'native', 'onednn'))

test.skipIf(!isFresh)('what is whole and loads is not compiled again', () => {
  const target = join(temporaryFolder(), 'onednn')
  cpSync(built, target, { recursive: true })
  // Without a compiler: what is not up to date ends in an obstacle.
  const place = { target, prefixes: [], packages: join(target, 'packages'), env: { PATH: '' } }
  expect(buildAddon(place)).toMatchObject({ obstacle: null, isNew: false })
  writeFileSync(join(target, 'athanor_onednn.node'), 'damaged')
  expect(buildAddon(place).obstacle).not.toBeNull()
})
