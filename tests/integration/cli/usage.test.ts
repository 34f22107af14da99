import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCodes } from '../../../src/main/cli/exit-codes.ts'
import { DeviceReport } from '../../../src/shared/domain/device.ts'
import { runCli, runCliJson } from '../../support/run-cli.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-usage-'))
})
afterAll(() => rm(folder, { recursive: true }))
const here = (): { cwd: string; env: Record<string, string> } => ({
  cwd: folder,
  env: { ATHANOR_HOME: join(folder, 'home') },
})

test('help lists every command and every exit code, and is no error', async () => {
  const { code, stdout, stderr } = await runCli([], here())
  expect([code, stderr]).toEqual([0, ''])
  const commands =
    'demo import label classes check dataset tune resume runs evaluate predict export backbone doctor serve'
  for (const command of commands.split(' ')) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'))
  for (const exit of Object.values(exitCodes))
    expect(stdout).toMatch(new RegExp(`^ +${String(exit.code)}  ${exit.meaning}`, 'm'))
})

test.each([
  [['fly'], "unknown command 'fly'"],
  [['import', '--fast'], "unknown option '--fast'"],
  [['tune', '--epochs', '-1'], 'a whole number of 0 to 1000'],
  [['tune', '--preset', 'best'], 'quick, fine-tune, reference, from-scratch'],
  [['runs', 'latest'], 'run-1'],
  [['dataset', 'freeze', '--ratios', '80/30'], '80/10/10'],
  [['export', '--format', 'pdf'], 'onnx, tfjs, safetensors'],
  [['predict'], 'missing required argument'],
  [['demo', '--images-per-class', '1'], '10 to 10000'],
])('%j is bad usage and says what would be right: %s', async (words, said) => {
  const { code, stdout, stderr } = await runCli(words, here())
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain(said)
  expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(3)
})

test('under --json an error is JSON too', async () => {
  const { code, stdout } = await runCli(['runs', '--json'], here())
  expect(code).toBe(2)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'no-project' } })
})

test('doctor shows the devices, and what is missing', async () => {
  const answer = await runCliJson(['doctor'], here())
  const devices = DeviceReport.array().parse(answer['devices'])
  expect(devices.find(({ id }) => id === 'wasm')).toMatchObject({ available: true, selfTest: { passed: true } })
  for (const { available, reason } of devices) if (!available) expect(reason).not.toBe('')
  expect(answer['problems']).toEqual([])
  expect(answer['hints']).toContainEqual(expect.stringContaining('athanor backbone fetch') as string)
  expect(answer['storeFolder']).toBe(join(folder, 'home'))
  expect(answer['versions']).toMatchObject({
    node: expect.stringMatching(/^24\./) as string,
    sqlite: expect.stringMatching(/^3\./) as string,
    libvips: expect.stringMatching(/^8\./) as string,
  })
})

test('backbone list says what can be fetched, and add what it cannot read', async () => {
  const { installed, fetchable } = await runCliJson(['backbone', 'list'], here())
  expect(installed).toEqual([expect.objectContaining({ name: 'procedural-resnet18', isShipped: true })])
  expect(fetchable).toContainEqual(expect.objectContaining({ name: 'resnet18-imagenet' }))
  const { code, stderr } = await runCli(['backbone', 'add', 'absent.pth'], here())
  expect([code, stderr]).toEqual([2, expect.stringContaining('absent.pth') as string])
  const unknown = await runCli(['backbone', 'fetch', 'alexnet'], here())
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('resnet18-imagenet') as string])
})
