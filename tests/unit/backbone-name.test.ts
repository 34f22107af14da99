import { expect, test } from 'vitest'
import { backboneNameOf } from '../../src/main/core/backbones/backbone-name.ts'

test.each([
  ['/weights/resnet18-f37072fd.pth', 'resnet18-f37072fd'],
  ['My Weights (final).v2.safetensors', 'my-weights-final-.v2'],
  ['__checkpoint__.pt', 'checkpoint__'],
  [`${'a'.repeat(80)}.pth`, 'a'.repeat(64)],
])('%s is stored as %s', (file, name) => {
  expect(backboneNameOf(file)).toBe(name)
})

test.each(['图像.pth', '....pth'])('%s needs a name', (file) => {
  expect(() => backboneNameOf(file)).toThrow('--name')
})
