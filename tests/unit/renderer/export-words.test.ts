import { describe, expect, it } from 'vitest'
import { differenceText, formatsThere, sameAnswers } from '../../../src/renderer/export/export-words.ts'
import type { Agreement, Export, ExportFormat } from '../../../src/shared/domain/export.ts'
import { ModelId } from '../../../src/shared/domain/ids.ts'

const agreement = (changes: Partial<Agreement> = {}): Agreement => ({
  imageCount: 200,
  topOneAgreement: 1,
  clearDisagreementCount: 0,
  probabilityDifferenceMax: 0.00004,
  probabilityDifferenceMean: 0.000001,
  ...changes,
})

describe('differenceText', () => {
  it.each([
    [0, '0'],
    [0.00004, '0.00004'],
    [0.0000437, '0.00004'],
    [0.00096, '0.001'],
    [0.5, '0.5'],
    [1, '1'],
    [3e-9, '< 0.0000001'],
  ])('%f', (difference, expected) => {
    expect(differenceText(difference)).toBe(expected)
  })
})

describe('sameAnswers', () => {
  it('counts images', () => {
    const parity = { runtime: 'x', sameTensor: agreement(), endToEnd: null, passed: true }
    expect(sameAnswers(parity)).toEqual({ same: 200, total: 200, difference: '0.00004' })
  })

  it('shows the comparison that agrees less', () => {
    const endToEnd = agreement({ topOneAgreement: 0.985, probabilityDifferenceMax: 0.02 })
    const parity = { runtime: 'x', sameTensor: agreement(), endToEnd, passed: true }
    expect(sameAnswers(parity)).toEqual({ same: 197, total: 200, difference: '0.02' })
  })
})

describe('formatsThere', () => {
  const exported = (modelId: string, format: ExportFormat, folder: string): Export => ({
    modelId: ModelId.parse(modelId),
    format,
    folder,
    sizeBytes: 1,
    createdAtMs: 0,
    parity: { runtime: 'x', sameTensor: agreement(), endToEnd: null, passed: true },
  })
  const modelId = ModelId.parse('model-1')

  it('knows the folders of this model below the destination only', () => {
    const all = [
      exported('model-1', 'onnx', '/out/model-1-onnx'),
      exported('model-1', 'tfjs', '/elsewhere/model-1-tfjs'),
      exported('model-2', 'safetensors', '/out/model-2-safetensors'),
    ]
    expect(formatsThere(all, '/out/', modelId)).toEqual(['onnx'])
  })

  it('compares Windows paths too', () => {
    expect(formatsThere([exported('model-1', 'onnx', 'C:\\out\\model-1-onnx')], 'C:\\out', modelId)).toEqual(['onnx'])
  })
})
