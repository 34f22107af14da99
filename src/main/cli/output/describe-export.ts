import type { Agreement, Export } from '../../../shared/domain/export.ts'
import { formatBytes, formatCount } from './quantities.ts'

/** Two or three lines: where it lies, and whether it gives the same answers. */
export function describeExport({ format, folder, sizeBytes, parity }: Export): string[] {
  const lines = [
    `${format}  ${folder}  (${formatBytes(sizeBytes)})`,
    `  ${parity.passed ? 'verified' : 'NOT VERIFIED'} in ${parity.runtime}: ${describeAgreement(parity.sameTensor)}`,
  ]
  if (parity.endToEnd !== null) lines.push(`  from the file on disk: ${describeAgreement(parity.endToEnd)}`)
  return lines
}

/** "same answers on 200 of 200 images, largest difference 0.00004". */
export function describeAgreement(agreement: Agreement): string {
  const { imageCount, topOneAgreement, probabilityDifferenceMax } = agreement
  const same = Math.round(topOneAgreement * imageCount)
  const difference = probabilityDifferenceMax === 0 ? 'none' : probabilityDifferenceMax.toPrecision(1)
  return (
    `same answers on ${formatCount(same)} of ${formatCount(imageCount)} images, ` +
    `largest difference ${Number.isNaN(Number(difference)) ? difference : plainDecimal(Number(difference))}`
  )
}

/** 4e-8 as 0.00000004. */
function plainDecimal(value: number): string {
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(value))))
}
