import type { Export, ExportFormat, ParityReport } from '../../shared/domain/export.ts'
import type { ModelId } from '../../shared/domain/ids.ts'

/** Smaller ones are rounding that nobody needs a figure for. */
const shownDifferenceMin = 1e-7

/** A difference of probabilities without an exponent, to one digit that is not zero: `0.00004`. */
export function differenceText(difference: number): string {
  if (difference === 0) return '0'
  if (difference < shownDifferenceMin) return `< ${shownDifferenceMin.toFixed(7)}`
  const rounded = Number(difference.toPrecision(1))
  return rounded.toFixed(Math.max(0, -Math.floor(Math.log10(rounded))))
}

/** On how many images the export gave the trainer's answer, over the comparison that is harder to pass. */
export function sameAnswers({ sameTensor, endToEnd }: ParityReport): {
  readonly same: number
  readonly total: number
  readonly difference: string
} {
  const agreed = (part: ParityReport['sameTensor']) => Math.round(part.topOneAgreement * part.imageCount)
  const harder = endToEnd !== null && agreed(endToEnd) < agreed(sameTensor) ? endToEnd : sameTensor
  return {
    same: agreed(harder),
    total: harder.imageCount,
    difference: differenceText(harder.probabilityDifferenceMax),
  }
}

/** Where an export of this model and format lies below a folder. */
export function exportFolder(destination: string, modelId: ModelId, format: ExportFormat): string {
  return `${withSlashes(destination).replace(/\/+$/, '')}/${modelId}-${format}`
}

/** Formats that have been exported to this folder before. */
export function formatsThere(
  exported: readonly Export[],
  destination: string,
  modelId: ModelId,
): readonly ExportFormat[] {
  const folders = new Set(exported.map(({ folder }) => withSlashes(folder)))
  return exported
    .filter((one) => one.modelId === modelId && folders.has(exportFolder(destination, modelId, one.format)))
    .map(({ format }) => format)
}

function withSlashes(path: string): string {
  return path.replaceAll('\\', '/')
}
