import { ImageFilter, ImageSort, type ImageQuery } from '../../shared/contract/catalog.ts'
import type { ProjectChange } from '../../shared/contract/project.ts'

/** Each condition of a filter by its name in the address: `#/label?class=3&split=train&sort=loss`. */
export const filterParameters = {
  classId: 'class',
  split: 'split',
  state: 'state',
  unreadableReason: 'reason',
  origin: 'by',
  pathContains: 'text',
  duplicated: 'duplicates',
  skipped: 'skipped',
  predictedClassId: 'predicted',
  disagrees: 'disagrees',
  doubted: 'doubted',
  suggested: 'suggested',
  confidenceMin: 'sure',
} as const satisfies Record<keyof ImageFilter, string>

export type Condition = keyof typeof filterParameters

// The keys of a literal object, which `Object.keys` forgets.
export const conditions = Object.keys(filterParameters) as readonly Condition[]

/** What the address asks for; a part of it that makes no sense is left out. */
export function queryOf(parameters: URLSearchParams): ImageQuery {
  const filter: Record<string, unknown> = {}
  for (const condition of conditions) {
    const text = parameters.get(filterParameters[condition])
    if (text === null) continue
    const value = ImageFilter.safeParse({ [condition]: valueOf(condition, text) })
    if (value.success) Object.assign(filter, value.data)
  }
  const sort = ImageSort.safeParse(parameters.get('sort'))
  return { filter: ImageFilter.parse(filter), sort: sort.success ? sort.data : 'path' }
}

function valueOf(condition: Condition, text: string): unknown {
  switch (condition) {
    case 'classId':
    case 'predictedClassId':
      return /^\d{1,15}$/.test(text) ? Number(text) : text
    case 'duplicated':
    case 'skipped':
    case 'disagrees':
    case 'doubted':
    case 'suggested':
      return text === '1' ? true : text === '0' ? false : text
    case 'confidenceMin':
      return /^[01](\.\d{1,6})?$/.test(text) ? Number(text) : text
    default:
      return text
  }
}

/** The parameters of a filter for `Navigation.go`; null takes away those that it does not have. */
export function parametersOf(filter: ImageFilter): Record<string, string | null> {
  return Object.fromEntries(
    conditions.map((condition) => {
      const value = filter[condition]
      const text = value === undefined ? null : typeof value === 'boolean' ? (value ? '1' : '0') : String(value)
      return [filterParameters[condition], text]
    }),
  )
}

export function withoutCondition(filter: ImageFilter, condition: Condition): ImageFilter {
  return ImageFilter.parse({ ...filter, [condition]: undefined })
}

export const isFiltered = (filter: ImageFilter) => conditions.some((condition) => filter[condition] !== undefined)

export const isSameFilter = (one: ImageFilter, other: ImageFilter) =>
  conditions.every((condition) => one[condition] === other[condition])

const ofLabels: readonly Condition[] = ['classId', 'origin', 'skipped', 'disagrees', 'doubted', 'suggested']
const ofPredictions: readonly Condition[] = ['predictedClassId', 'disagrees', 'doubted', 'suggested', 'confidenceMin']

/** Whether a change may give the query other images or another order. */
export function changesOrder({ filter, sort }: ImageQuery, what: ProjectChange['what']): boolean {
  const asks = (some: readonly Condition[]) => some.some((condition) => filter[condition] !== undefined)
  if (what.includes('images')) return true
  const isByModel = sort === 'uncertainty' || sort === 'loss' || sort === 'doubt'
  if ((what.includes('labels') || what.includes('classes')) && (asks(ofLabels) || isByModel)) return true
  return what.includes('predictions') && (asks(ofPredictions) || isByModel)
}
