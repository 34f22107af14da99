import { describe, expect, it } from 'vitest'
import { imagenetPreprocessing } from '../../src/shared/domain/backbone.ts'
import { DatasetEntry } from '../../src/shared/domain/dataset.ts'
import { ModelManifest } from '../../src/shared/domain/model.ts'
import { presets } from '../../src/shared/domain/recipe.ts'
import { summarize } from '../../src/trainer/evaluation/summarize.ts'
import { createAgreementCounter } from '../../src/trainer/exporters/agreement.ts'
import { literal } from '../../src/trainer/exporters/markdown.ts'
import { modelCard } from '../../src/trainer/exporters/model-card.ts'

const hash = 'ab'.repeat(32)
const hostile = ['<script>alert(1)</script>', '| a | [x](javascript:alert(1)) `code`', '../../etc/passwd']

const samples = [
  { imageId: null, path: 'a', classIndex: 0, logits: [2, 1, 0] },
  { imageId: null, path: 'b', classIndex: 1, logits: [2, 1, 0] },
]
const manifest = ModelManifest.parse({
  formatVersion: 1,
  id: 'model-7',
  runId: 'run-3',
  datasetId: 'dataset-2',
  datasetHash: hash,
  createdAtMs: Date.UTC(2026, 4, 6),
  architecture: 'resnet18',
  classes: hostile,
  preprocessing: imagenetPreprocessing,
  recipe: presets.reference,
  backbone: { name: 'resnet18-imagenet', sha256: hash, source: 'https://example.org/w', licence: 'BSD-3-Clause' },
  device: 'wasm',
  weightsSha256: hash,
  history: [],
  evaluations: [summarize({ split: 'test', classes: hostile, samples, missing: [] })],
  versions: { athanor: '1.2.3' },
})
const entries = ['train', 'train', 'test'].map((split, index) =>
  DatasetEntry.parse({ imageId: index + 1, path: `${String(index)}.png`, contentHash: hash, classIndex: 0, split }),
)
const agreement = createAgreementCounter()
agreement.add([0.6, 0.4], [0.6, 0.4])
const parity = { runtime: 'runtime 1', sameTensor: agreement.result(), endToEnd: null, passed: true }

describe('modelCard', () => {
  const card = modelCard({ manifest, entries, parity })

  it('says how good it is, what it was made of and where it ends', () => {
    expect(card).toContain('Accuracy **50.0 %** (1 of 2; 95 % interval 9.5 % to 90.5 %)')
    // Twice 0.67 sure of the first class and right once: |0.5 - 0.6652|.
    expect(card).toContain('mean cross-entropy 0.908, expected calibration error 16.5 % (ten equal bins).')
    expect(card).toContain('| 2 | 0 | 1 |')
    expect(card).toContain('2026-05-06')
    expect(card).toContain('BSD-3-Clause')
    expect(card).toContain(hash)
    expect(card).toContain('It passed.')
    expect(card).toContain('## Limits')
  })

  it('says what folds told where test images are few', () => {
    expect(card).not.toContain('folds')
    const foldEstimate = {
      ...{ foldCount: 5, imageCount: 40, correctCount: 30, accuracy: 0.75 },
      accuracyInterval: [0.6, 0.86] as [number, number],
    }
    const told = modelCard({ manifest: { ...manifest, foldEstimate }, entries, parity })
    expect(told).toContain(
      'the output layer before fine-tuning, each time fitted without it and its copies, **75.0 %**',
    )
    expect(told).toContain('(30 of 40; 95 % interval 60.0 % to 86.0 %, copies counted as one)')
  })

  it('says when the export did not pass', () => {
    expect(modelCard({ manifest, entries, parity: { ...parity, passed: false } })).toContain('**It did not pass')
  })

  it('shows class names as they are and nothing else', () => {
    expect(card).not.toContain('<script')
    expect(card).not.toContain('](javascript')
    expect(card).not.toContain('`code`')
    // Every table row has as many cells as its head.
    const lines = card.split('\n')
    const widths = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').length)
    expect(widths.every((width) => width >= 4 && width <= 7)).toBe(true)
  })

  it('turns every special character into what only shows', () => {
    expect(literal('a|b<c>&[d](e)*_`~')).toBe('a&#124;b&#60;c&#62;&#38;&#91;d&#93;&#40;e&#41;&#42;&#95;&#96;&#126;')
    expect(literal('- hot-dog 1. x')).toBe('&#45; hot-dog 1. x')
    expect(literal('1. x')).toBe('1&#46; x')
    expect(literal('www.x.y https://x me@x')).toBe('www&#46;x.y https&#58;//x me&#64;x')
  })
})
