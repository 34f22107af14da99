import type { Header } from './header.ts'

/** What decodes that are under way at once may take together, by a rough estimate. */
const budgetBytes = 768 * 2 ** 20

let takenBytes = 0
const waiting: { readonly bytes: number; readonly start: () => void }[] = []

/**
 * Runs a decode once its picture fits beside those that are being decoded; one that never fits runs alone. Small ones pass
 * at once, so that this is about the rare enormous file: eight progressive JPEGs of 100 megapixels would take gigabytes.
 */
export async function withinMemory<T>(header: Header, task: () => Promise<T>): Promise<T> {
  const bytes = Math.min(estimateBytes(header), budgetBytes)
  if (waiting.length > 0 || takenBytes + bytes > budgetBytes) {
    await new Promise<void>((start) => waiting.push({ bytes, start }))
  } else {
    takenBytes += bytes
  }
  try {
    return await task()
  } finally {
    takenBytes -= bytes
    admit()
  }
}

/** The whole picture as 16-bit RGBA, which covers the coefficients of a progressive JPEG and what AVIF keeps. */
function estimateBytes({ widthPx, heightPx }: Header): number {
  return widthPx * heightPx * 8
}

/** In the order of their coming, so that a large one is not passed over for ever. */
function admit(): void {
  for (let next = waiting[0]; next !== undefined && takenBytes + next.bytes <= budgetBytes; next = waiting[0]) {
    takenBytes += next.bytes
    waiting.shift()
    next.start()
  }
}
