import { expect, test } from 'vitest'
import { whyNotAccepted } from '../../../src/renderer/label/why-not-accepted.ts'
import { ClassId, ModelId } from '../../../src/shared/domain/ids.ts'

const classId = ClassId.parse(1)
const label = { classId, origin: 'person' as const, who: '', assignedAtMs: 0 }
const prediction = { modelId: ModelId.parse('model-1'), classId, confidence: 0.9, uncertaintyRatio: 0.1 }

test('a suggestion is accepted where there is one and no label', () => {
  expect(whyNotAccepted({ label: null, prediction }, true)).toBeNull()
})

test('a label that is there comes before everything else', () => {
  expect(whyNotAccepted({ label, prediction }, true)).toBe('labelled')
  expect(whyNotAccepted({ label, prediction: null }, false)).toBe('labelled')
})

test('without a suggestion it matters whether a model could give one', () => {
  expect(whyNotAccepted({ label: null, prediction: null }, false)).toBe('no-model')
  expect(whyNotAccepted({ label: null, prediction: null }, true)).toBe('no-suggestion')
  expect(whyNotAccepted({ label: null, prediction: { ...prediction, classId: null } }, true)).toBe('no-suggestion')
})
