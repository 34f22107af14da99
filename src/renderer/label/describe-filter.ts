import type { ImageFilter } from '../../shared/contract/catalog.ts'
import type { ImageClass } from '../../shared/domain/label.ts'
import { m } from '../messages.ts'
import { formatPercent } from '../ui/format.ts'
import { conditions, type Condition } from './browse-query.ts'
import { imageStates, origins, splits, unreadableReasons } from './words.ts'

export interface Chip {
  readonly condition: Condition
  readonly text: string
}

/** The conditions of a filter as a person reads them. */
export function chipsOf(filter: ImageFilter, classes: readonly ImageClass[]): Chip[] {
  return conditions.flatMap((condition) => {
    const text = describe(condition, filter, classes)
    return text === null ? [] : [{ condition, text }]
  })
}

function describe(condition: Condition, filter: ImageFilter, classes: readonly ImageClass[]): string | null {
  const nameOf = (id: number) => classes.find((imageClass) => imageClass.id === id)?.name ?? m.label_class_gone()
  if (filter[condition] === undefined) return null
  switch (condition) {
    case 'classId':
      if (filter.classId === 'unlabelled') return m.label_unlabelled()
      if (filter.classId === 'labelled') return m.label_labelled_any()
      return m.label_chip_class({ name: nameOf(filter.classId ?? 0) })
    case 'split':
      return m.label_chip_split({ name: splits[filter.split ?? 'none']() })
    case 'state':
      return imageStates[filter.state ?? 'readable']()
    case 'unreadableReason':
      return filter.unreadableReason === undefined ? null : unreadableReasons[filter.unreadableReason]()
    case 'origin':
      return m.label_chip_origin({ name: origins[filter.origin ?? 'person']() })
    case 'pathContains':
      return m.label_chip_path({ text: filter.pathContains ?? '' })
    case 'predictedClassId':
      return m.label_chip_predicted({ name: nameOf(filter.predictedClassId ?? 0) })
    case 'duplicated':
      return filter.duplicated === true ? m.label_duplicates() : m.label_no_duplicates()
    case 'skipped':
      return filter.skipped === true ? m.label_skipped() : m.label_not_skipped()
    case 'disagrees':
      return filter.disagrees === true ? m.label_disagrees() : m.label_agrees()
    case 'doubted':
      return filter.doubted === true ? m.label_doubted() : m.label_not_doubted()
    case 'suggested':
      return filter.suggested === true ? m.label_suggested() : m.label_not_suggested()
    case 'confidenceMin':
      return m.label_chip_sure({ confidence: formatPercent(filter.confidenceMin ?? 0) })
  }
}
