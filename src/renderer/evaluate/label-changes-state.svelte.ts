import type { DatasetEntry } from '../../shared/domain/dataset.ts'
import type { DatasetId } from '../../shared/domain/ids.ts'
import type { ModelSummary } from '../../shared/domain/model.ts'
import type { Studio } from '../studio.svelte.ts'
import { countLabelChanges, type LabelChanges, type LabelledNow } from './label-changes.ts'

/** Key presses close together are counted together. */
const pauseMs = 400

/** How many labels are no longer as they were when a model's dataset was frozen, kept up to date. */
export class LabelChangesState {
  readonly #studio: Studio
  readonly #model: ModelSummary
  counts = $state.raw<LabelChanges | null>(null)
  #entries: { readonly datasetId: DatasetId; readonly entries: readonly DatasetEntry[] } | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(studio: Studio, model: ModelSummary) {
    this.#studio = studio
    this.#model = model
  }

  /** Follows changes until the result is called. */
  follow(): () => void {
    void this.#count()
    const stop = this.#studio.onChange(({ what }) => {
      if (!what.some((kind) => kind === 'labels' || kind === 'classes' || kind === 'images')) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#count(), pauseMs)
    })
    return () => {
      stop()
      clearTimeout(this.#timer)
    }
  }

  async #count(): Promise<void> {
    const { api, notices, projectId, classes } = this.#studio
    const { datasetId } = this.#model
    await notices.attempt(async () => {
      this.#entries ??= { datasetId, entries: await api.datasets.entries({ projectId, datasetId }) }
      const labelled: LabelledNow[] = []
      for (const { id, name } of classes) {
        const query = { filter: { classId: id, state: 'readable' as const } }
        labelled.push({ name, imageIds: (await api.catalog.order({ projectId, query })).imageIds })
      }
      this.counts = countLabelChanges({ classes: this.#model.classes, entries: this.#entries.entries }, labelled)
    })
  }
}
