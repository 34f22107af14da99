import { describe, expect, test } from 'vitest'
import { explainCard, type CardFacts } from '../../../src/trainer/devices/tensorflow/explain-card.ts'
import { explain } from '../../../src/trainer/devices/tensorflow/load-tensorflow.ts'

const ampere: CardFacts = { tensorflow: '2.9.1', hasDriver: true, capability: 8.6, lacks: () => [] }

describe('why TensorFlow does not compute on a card', () => {
  test.each<[string, Partial<CardFacts>, RegExp, RegExp]>([
    ['no driver', { hasDriver: false }, /driver does not answer/, /nvidia-smi/],
    ['a library', { lacks: (all) => all.filter((name) => /cudnn/.test(name)) }, /libcudnn\.so\.8\.$/, /CUDA 11\.2/],
    ['a card that is too new', { capability: 9 }, /newer \(compute capability 9\)/, /TensorFlow 2\.18/],
    ['a card newer than any', { capability: 12 }, /newer/, /webgpu/],
    ['a card that is too old', { capability: 3 }, /older/, /webgpu/],
    ['whatever else', {}, /finds no NVIDIA card/, /memory left/],
  ])('%s', (_, facts, reason, cure) => {
    const told = explainCard({ ...ampere, ...facts })
    expect(told.reason).toMatch(reason)
    expect(told.cure).toMatch(cure)
  })

  test('a newer TensorFlow wants newer libraries, and has code for newer cards', () => {
    const newer: CardFacts = { ...ampere, tensorflow: '2.18.0', capability: 9 }
    expect(explainCard({ ...newer, lacks: (all) => all.filter((name) => /cudnn/.test(name)) }).reason).toMatch(
      /TensorFlow 2\.18\.0 does not find libcudnn\.so\.9\./,
    )
    const between: CardFacts = { ...newer, tensorflow: '2.20.0' }
    expect(explainCard({ ...between, lacks: (all) => all }).cure).toMatch(/CUDA 12\.5 and cuDNN 9\.3/)
    expect(explainCard({ ...between, tensorflow: '2.16.1', lacks: (all) => all }).cure).toMatch(/cuDNN 8\.9/)
    expect(explainCard(newer).reason).toMatch(/finds no NVIDIA card/)
  })
})

describe('why the package does not load', () => {
  test.each<[string, RegExp, RegExp]>([
    [
      'The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/lib/napi-v8/tfjs_binding.node.',
      /without its native part/,
      /doctor --fix cuda/,
    ],
    [
      '/x/lib/napi-v8/tfjs_binding.node: libtensorflow.so.2: cannot open shared object file: No such file or directory',
      /without TensorFlow itself/,
      /doctor --fix cuda/,
    ],
    ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by libtensorflow.so.2)", /newer system/, /2\.9\.1/],
    ['libstdc++.so.6: cannot open shared object file', /library that TensorFlow needs/, /the message names/],
  ])('%s', (message, reason, cure) => {
    const told = explain(new Error(message))
    expect(told.reason).toMatch(reason)
    expect(told.cure).toMatch(cure)
  })
})
