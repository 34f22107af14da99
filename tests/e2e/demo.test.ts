import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Export } from '../../src/shared/domain/export.ts'
import { Evaluation } from '../../src/shared/domain/metrics.ts'
import { runCli } from '../support/run-cli.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'athanor-demo-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('the demo goes the whole way on a few pictures, and says where the results lie', async () => {
  const words = ['demo', 'samples', '--images-per-class', '10', '--epochs', '1', '--json']
  const { code, stdout, stderr } = await runCli(words, { cwd: folder })
  expect([code, stderr]).toEqual([0, expect.stringContaining('Epoch 1:') as string])
  const answer = JSON.parse(stdout) as Record<string, unknown>
  expect(answer['verified']).toBe(true)
  expect(Evaluation.parse(answer['evaluation']).imageCount).toBeGreaterThan(0)
  expect(stderr).toMatch(/ test images, from procedural-resnet18\.$/m)
  const exports = Export.array().parse(answer['exports'])
  expect(exports.map(({ format }) => format)).toEqual(['onnx', 'tfjs', 'safetensors'])
  for (const { folder: place } of exports) expect(existsSync(place)).toBe(true)
})

test('the demo does not draw into a folder that holds something', async () => {
  const { code, stderr } = await runCli(['demo', '.'], { cwd: folder })
  expect([code, stderr]).toEqual([2, expect.stringContaining('is not empty') as string])
})
