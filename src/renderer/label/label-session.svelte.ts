import { untrack } from 'svelte'
import type { Studio } from '../studio.svelte.ts'
import type { ShownGrid } from '../ui/virtual-grid-geometry.ts'
import { BrowseState } from './browse-state.svelte.ts'
import { DraftsState } from './drafts-state.svelte.ts'
import { findNextWaiting } from './find-next-waiting.ts'
import { GridGestures } from './grid-gestures.svelte.ts'
import { ImageViewState } from './image-view-state.svelte.ts'
import { LabellingState } from './labelling-state.svelte.ts'
import { PanelsState } from './panels-state.svelte.ts'
import { SelectionState } from './selection-state.svelte.ts'
import { SuggestionsState } from './suggestions-state.svelte.ts'
import { ViewSettingsState } from './view-settings.svelte.ts'

/** Farther down, a person would wonder where the first images are. */
const nearBeginning = 100

/** All that the Label page knows of an open project. It outlives the page, so going elsewhere loses nothing. */
export class LabelSession {
  readonly studio: Studio
  readonly browse: BrowseState
  readonly selection: SelectionState
  readonly labelling: LabellingState
  readonly suggestions: SuggestionsState
  readonly drafts: DraftsState
  readonly gestures: GridGestures
  readonly settings = new ViewSettingsState()
  readonly panels = new PanelsState()
  readonly view = new ImageViewState()
  /** Whether there is a file manager that can show an image. */
  canReveal = $state(false)
  /** While it is shown. */
  grid: ShownGrid | null = null

  constructor(studio: Studio) {
    this.studio = studio
    this.browse = new BrowseState(studio)
    this.selection = new SelectionState(this.browse)
    const { browse, selection, settings } = this
    this.labelling = new LabellingState(studio, { browse, selection, settings })
    this.suggestions = new SuggestionsState(studio, this.browse)
    this.drafts = new DraftsState(studio, settings)
    this.gestures = new GridGestures(this.selection, (classId) => void this.labelling.label(classId))
    this.browse.onOrder(({ before }) => {
      if (before.ids.length === 0) void this.#beginAtWaiting()
    })
    studio.onChange((change) => {
      this.browse.followChange(change)
      if (change.what.includes('predictions')) void this.suggestions.refresh()
    })
    void this.suggestions.refresh()
    void studio.notices.attempt(async () => {
      this.canReveal = (await studio.api.shell.abilities({})).canReveal
    })
  }

  /** The first image may be one that cannot be read, or be labelled already. */
  async #beginAtWaiting(): Promise<void> {
    const before = this.selection.value
    const first = await this.studio.notices.attempt(() => findNextWaiting(this.browse, -1))
    if (first !== undefined && first < nearBeginning && before === this.selection.value) this.selection.moveTo(first)
  }

  /** In the address, so that a reload and the back button come back to it. */
  get isViewOpen(): boolean {
    return this.studio.navigation.parameters('label').get('view') === '1'
  }

  openView(): void {
    this.view.zoom = 'fit'
    this.studio.navigation.go('label', { view: '1' })
  }

  closeView(): void {
    this.studio.navigation.go('label', { view: null })
    this.grid?.focus()
  }
}

const sessions = new WeakMap<Studio, LabelSession>()

export function labelSessionOf(studio: Studio): LabelSession {
  const known = sessions.get(studio)
  if (known !== undefined) return known
  // Whoever asks first, perhaps while something is derived, must not own what it makes.
  const made = untrack(() => new LabelSession(studio))
  sessions.set(studio, made)
  return made
}
