import type { ImageFilter, ImageSelection } from '../../shared/contract/catalog.ts'
import type { Edit } from '../../shared/contract/labels.ts'
import type { Image } from '../../shared/domain/image.ts'
import type { ClassId } from '../../shared/domain/ids.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import { formatCount } from '../ui/format.ts'
import type { BrowseState } from './browse-state.svelte.ts'
import { findNextWaiting } from './find-next-waiting.ts'
import type { PendingEdit } from './row-cache.svelte.ts'
import type { SelectionState } from './selection-state.svelte.ts'
import type { ViewSettingsState } from './view-settings.svelte.ts'
import { whyNotAccepted, type WhyNotAccepted } from './why-not-accepted.ts'

/** What an edit does to the tiles at once, and to the catalog. */
interface LabelEdit {
  readonly shows: (image: Image) => Image
  readonly saves: (images: ImageSelection) => Promise<Edit>
  readonly says: (count: number, shown: string) => string
  /** Where it has changed nothing. */
  readonly saysNone: () => string
  /** Whether something will change is only known from core: until then the selection stays. */
  readonly isUnsure?: boolean
}

/** Labels what is selected: the tiles change at once, and back again where core cannot save it. */
export class LabellingState {
  readonly #studio: Studio
  readonly #browse: BrowseState
  readonly #selection: SelectionState
  readonly #settings: ViewSettingsState
  #moves = 0

  constructor(
    studio: Studio,
    parts: { readonly browse: BrowseState; readonly selection: SelectionState; readonly settings: ViewSettingsState },
  ) {
    this.#studio = studio
    this.#browse = parts.browse
    this.#selection = parts.selection
    this.#settings = parts.settings
  }

  /** Null takes the labels away. */
  label(classId: ClassId | null): Promise<void> {
    const { api, projectId, classes } = this.#studio
    const name = classes.find(({ id }) => id === classId)?.name ?? ''
    return this.#edit({
      shows: (image) => withLabel(image, classId),
      saves: (images) => api.labels.assign({ projectId, images, classId }),
      says: (count, shown) =>
        classId === null ? m.label_unlabelled_done({ count, shown }) : m.label_labelled({ count, shown, name }),
      saysNone: () => (classId === null ? m.label_unlabelled_already() : m.label_labelled_already({ name })),
    })
  }

  /** Labels with the class of this name, which is made where there is none. */
  labelByName(name: string): Promise<void> {
    const { api, projectId } = this.#studio
    return this.#edit({
      shows: (image) => image,
      saves: async (images) => (await api.labels.assignByName({ projectId, images, name })).edit,
      says: (count, shown) => m.label_labelled({ count, shown, name }),
      saysNone: () => m.label_labelled_already({ name }),
    })
  }

  /** Marks the selected images as looked at; where all of them are, takes the mark away. */
  skip(): Promise<void> {
    const { api, projectId } = this.#studio
    const isSkipped = this.#onlyOne?.isSkipped !== true
    return this.#edit({
      // A label says more than that somebody looked.
      shows: (image) => (image.label === null ? { ...image, isSkipped } : image),
      saves: (images) => api.labels.skip({ projectId, images, isSkipped }),
      says: (count, shown) =>
        isSkipped ? m.label_skipped_done({ count, shown }) : m.label_unskipped({ count, shown }),
      saysNone: () => m.label_skipped_already(),
    })
  }

  /** Labels the selected images as suggested; where there is nothing to accept it says why, and stays. */
  async accept(): Promise<void> {
    const { api, projectId, notices } = this.#studio
    const image = this.#onlyOne
    const why = image === undefined ? null : whyNotAccepted(image, this.#hasSuggestions)
    if (why !== null) return notices.say(reasons[why]())
    await this.#edit({
      shows: withSuggestion,
      saves: (images) => api.labels.acceptSuggestions({ projectId, images }),
      says: (count, shown) => m.label_accepted({ count, shown }),
      saysNone: () => (this.#hasSuggestions ? m.label_accepted_none() : m.label_accept_needs_model()),
      isUnsure: image === undefined,
    })
  }

  /** Whether there is anything that suggests: a model, or a draft. */
  get #hasSuggestions(): boolean {
    const { models, counts } = this.#studio
    return models.length > 0 || (counts?.suggested ?? 0) > 0
  }

  /** The selected image, where it is one and its row is here. */
  get #onlyOne(): Image | undefined {
    const { count, value } = this.#selection
    return count === 1 && value.focus !== null && this.#selection.has(value.focus) ? this.focused : undefined
  }

  /** The suggestions among the shown images that the model is sure enough of. */
  get acceptable(): ImageFilter {
    const { filter } = this.#browse.query
    const confidenceMin = Math.max(this.#settings.now.acceptFromConfidence, filter.confidenceMin ?? 0)
    return { ...filter, suggested: true, confidenceMin }
  }

  /** Accepts every suggestion among the shown images that the model is sure enough of. */
  async acceptAll(): Promise<void> {
    const { api, projectId, notices, history } = this.#studio
    const filter = this.acceptable
    const edit = await notices.attempt(() => api.labels.acceptSuggestions({ projectId, images: { filter } }))
    if (edit === undefined) return
    const none = () => (this.#hasSuggestions ? m.label_accepted_none_sure() : m.label_accept_needs_model())
    notices.say(edit.imageCount === 0 ? none() : m.label_accepted(counted(edit.imageCount)), history.undoOf(edit))
  }

  get focused(): Image | undefined {
    const { focus } = this.#selection.value
    return focus === null ? undefined : this.#browse.rows.get(focus)
  }

  async nextUnlabelled(): Promise<void> {
    const from = this.#selection.focusIndex ?? -1
    const found = await this.#findWaiting(from)
    if (found !== undefined) this.#selection.moveTo(found)
    else this.#studio.notices.say(m.label_none_unlabelled())
  }

  async #edit({ shows, saves, says, saysNone, isUnsure = false }: LabelEdit): Promise<void> {
    if (this.#selection.count === 0) return this.#studio.notices.say(m.label_select_first())
    const images = this.#selection.asImages()
    const pending: PendingEdit = { covers: this.#selection.covers(), apply: shows }
    const wasWaiting = this.focused?.label === null
    this.#browse.rows.begin(pending)
    const { isAdvancing } = this.#settings.now
    let advance = isAdvancing && !isUnsure ? this.#advance(wasWaiting) : null
    const edit = await this.#studio.notices.attempt(() => saves(images))
    if (edit === undefined) return this.#browse.rows.drop(pending)
    this.#browse.rows.commit(pending)
    this.#settings.change({ labelsGiven: this.#settings.now.labelsGiven + 1 })
    const { count, shown } = counted(edit.imageCount)
    if (isAdvancing && isUnsure && count > 0) advance = this.#advance(wasWaiting)
    const isLast = (await advance) === 'nothing-waits'
    const { notices, history } = this.#studio
    const said = count === 0 ? saysNone() : says(count, shown)
    notices.say(isLast && count > 0 ? m.label_then_none({ said }) : said, history.undoOf(edit))
  }

  /** To the next image without a label; from a label that was put right, to the next image. */
  async #advance(wasWaiting: boolean): Promise<'moved' | 'stayed' | 'nothing-waits'> {
    const from = this.#lastSelected()
    const move = ++this.#moves
    const before = this.#selection.value
    const next = wasWaiting ? await this.#findWaiting(from) : from + 1
    const isOvertaken = move !== this.#moves || before !== this.#selection.value
    if (isOvertaken) return 'stayed'
    if (next === undefined) return 'nothing-waits'
    if (next >= this.#browse.ids.length) return 'stayed'
    this.#selection.moveTo(next)
    return 'moved'
  }

  #lastSelected(): number {
    const { count, focusIndex } = this.#selection
    if (count <= 1) return focusIndex ?? -1
    return this.#browse.ids.findLastIndex((id) => this.#selection.has(id))
  }

  async #findWaiting(from: number): Promise<number | undefined> {
    return this.#studio.notices.attempt(() => findNextWaiting(this.#browse, from))
  }
}

const reasons: Readonly<Record<WhyNotAccepted, () => string>> = {
  labelled: () => m.label_accept_labelled(),
  'no-model': () => m.label_accept_needs_model(),
  'no-suggestion': () => m.label_accept_no_suggestion(),
}

const counted = (count: number) => ({ count, shown: formatCount(count) })

function withLabel(image: Image, classId: ClassId | null): Image {
  const label = classId === null ? null : { classId, origin: 'person' as const, who: '', assignedAtMs: Date.now() }
  return { ...image, label, isSkipped: false, isConfirmed: false }
}

function withSuggestion(image: Image): Image {
  const predicted = image.prediction?.classId ?? null
  return image.label !== null || predicted === null ? image : withLabel(image, predicted)
}
