import { describe, expect, it } from 'vitest'
import { createAgreementCounter, isPassed } from '../../src/trainer/exporters/agreement.ts'

function agreementOf(...pairs: readonly (readonly [readonly number[], readonly number[]])[]) {
  const counter = createAgreementCounter()
  for (const [reference, exported] of pairs) counter.add(reference, exported)
  return counter.result()
}

const same = agreementOf([
  [0.7, 0.3],
  [0.7, 0.3],
])

describe('createAgreementCounter', () => {
  it('counts images, classes and differences', () => {
    const result = agreementOf(
      [
        [0.6, 0.4],
        [0.5, 0.5],
      ],
      [
        [0.9, 0.1],
        [0.2, 0.8],
      ],
      [
        [0.505, 0.495],
        [0.495, 0.505],
      ],
    )
    expect(result.imageCount).toBe(3)
    expect(result.topOneAgreement).toBeCloseTo(1 / 3, 12)
    // The third is too close to call: its best classes lie 0.01 apart.
    expect(result.clearDisagreementCount).toBe(1)
    expect(result.probabilityDifferenceMax).toBeCloseTo(0.7, 12)
    expect(result.probabilityDifferenceMean).toBeCloseTo((0.1 * 2 + 0.7 * 2 + 0.01 * 2) / 6, 12)
  })

  it('counts what is not a number, or missing, as the largest difference', () => {
    expect(
      agreementOf([
        [0.6, 0.4],
        [NaN, 0.4],
      ]).probabilityDifferenceMax,
    ).toBe(1)
    expect(agreementOf([[0.6, 0.4], [0.6]]).probabilityDifferenceMax).toBe(1)
  })

  it('is defined without images', () => {
    expect(agreementOf()).toEqual({
      imageCount: 0,
      topOneAgreement: 0,
      clearDisagreementCount: 0,
      probabilityDifferenceMax: 0,
      probabilityDifferenceMean: 0,
    })
  })
})

describe('isPassed', () => {
  it('wants agreement in both comparisons', () => {
    expect(isPassed({ sameTensor: same, endToEnd: same })).toBe(true)
    expect(isPassed({ sameTensor: same, endToEnd: null })).toBe(true)
    expect(
      isPassed({
        sameTensor: agreementOf([
          [0.7, 0.3],
          [0.7002, 0.2998],
        ]),
        endToEnd: same,
      }),
    ).toBe(false)
    expect(
      isPassed({
        sameTensor: agreementOf([
          [0.50001, 0.49999],
          [0.49999, 0.50001],
        ]),
        endToEnd: same,
      }),
    ).toBe(false)
    expect(
      isPassed({
        sameTensor: same,
        endToEnd: agreementOf([
          [0.7, 0.3],
          [0.4, 0.6],
        ]),
      }),
    ).toBe(false)
    expect(
      isPassed({
        sameTensor: same,
        endToEnd: agreementOf([
          [0.7, 0.3],
          [0.703, 0.297],
        ]),
      }),
    ).toBe(false)
  })

  it('bears a swap of two classes that lie close together end to end', () => {
    const close = agreementOf([
      [0.5005, 0.4995],
      [0.4995, 0.5005],
    ])
    expect(isPassed({ sameTensor: same, endToEnd: close })).toBe(true)
  })

  it('is not passed where nothing was compared', () => {
    expect(isPassed({ sameTensor: agreementOf(), endToEnd: null })).toBe(false)
    expect(isPassed({ sameTensor: same, endToEnd: agreementOf() })).toBe(false)
  })
})
