import type { CatalogCounts, ImageFilter, ImageSort } from '../../src/shared/contract/catalog.ts'
import type { Image } from '../../src/shared/domain/image.ts'

export interface LabelFigures {
  /** Minus the logarithm of the probability of an image's label; null where there is none. */
  readonly lossOf: (image: Image) => number | null
  /** By the last check of the labels; null where that knows another label or other bytes. */
  readonly doubtOf: (image: Image) => number | null
}

/** What a filter means, said once more without SQL. */
export function passes(image: Image, filter: ImageFilter, all: readonly Image[]): boolean {
  const isCopy =
    image.state === 'readable' &&
    all.some((other) => other.id !== image.id && other.state === 'readable' && other.contentHash === image.contentHash)
  const predicted = image.prediction?.classId ?? null
  const disagrees = image.label !== null && predicted !== null && image.label.classId !== predicted
  const isSuggested = image.label === null && predicted !== null
  const is = (wanted: boolean | undefined, actual: boolean) => wanted === undefined || wanted === actual
  const { classId, split, state, unreadableReason, origin, pathContains, predictedClassId } = filter
  return (
    (classId === undefined ||
      (classId === 'unlabelled'
        ? image.label === null
        : classId === 'labelled'
          ? image.label !== null
          : image.label?.classId === classId)) &&
    (split === undefined || (image.split ?? 'none') === split) &&
    (state === undefined || image.state === state) &&
    (unreadableReason === undefined || image.unreadable?.reason === unreadableReason) &&
    (origin === undefined || image.label?.origin === origin) &&
    (pathContains === undefined || image.path.toLowerCase().includes(pathContains.toLowerCase())) &&
    (predictedClassId === undefined || predicted === predictedClassId) &&
    is(filter.duplicated, isCopy) &&
    is(filter.skipped, image.isSkipped) &&
    is(filter.disagrees, disagrees) &&
    is(filter.doubted, image.doubt !== null) &&
    is(filter.suggested, isSuggested) &&
    (filter.confidenceMin === undefined ||
      (image.prediction !== null && image.prediction.confidence >= filter.confidenceMin))
  )
}

export function sorted(images: readonly Image[], sort: ImageSort, { lossOf, doubtOf }: LabelFigures): Image[] {
  const keys: Readonly<Record<ImageSort, (image: Image) => number | null>> = {
    path: () => 0,
    newest: (image) => image.modifiedAtMs,
    oldest: (image) => -image.modifiedAtMs,
    uncertainty: (image) => image.prediction?.uncertaintyRatio ?? null,
    loss: lossOf,
    doubt: doubtOf,
  }
  const key = (image: Image) => keys[sort](image) ?? Number.NEGATIVE_INFINITY
  const isSettled = ({ label, isSkipped }: Image) => Number(sort === 'uncertainty' && (label !== null || isSkipped))
  return [...images].sort((a, b) => {
    if (isSettled(a) !== isSettled(b)) return isSettled(a) - isSettled(b)
    if (key(a) !== key(b)) return key(a) < key(b) ? 1 : -1
    return a.path === b.path ? a.id - b.id : a.path < b.path ? -1 : 1
  })
}

export function countsOf(images: readonly Image[]): CatalogCounts {
  const count = (filter: ImageFilter) => images.filter((image) => passes(image, filter, images)).length
  return {
    images: images.length,
    labelled: count({ classId: 'labelled' }),
    unlabelled: count({ classId: 'unlabelled', state: 'readable' }),
    unreadable: count({ state: 'unreadable' }),
    missing: count({ state: 'missing' }),
    duplicated: count({ duplicated: true }),
    skipped: count({ skipped: true }),
    suggested: count({ suggested: true }),
    disagreeing: count({ disagrees: true }),
    doubted: count({ doubted: true }),
    bySplit: {
      train: count({ split: 'train' }),
      validation: count({ split: 'validation' }),
      test: count({ split: 'test' }),
      none: count({ split: 'none' }),
    },
  }
}
