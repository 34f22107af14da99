import { SvelteMap } from 'svelte/reactivity'
import type { Dataset } from '../../shared/domain/dataset.ts'
import type { DatasetId, ModelId } from '../../shared/domain/ids.ts'
import type { Evaluation } from '../../shared/domain/metrics.ts'
import type { ModelSummary } from '../../shared/domain/model.ts'
import type { Split } from '../../shared/domain/split.ts'
import { perStudio } from '../per-studio.svelte.ts'
import type { Studio } from '../studio.svelte.ts'
import { parseMatrixChoice } from './judged-images.ts'

export const evaluateTabs = ['mistakes', 'classes', 'mislabelled', 'calibration', 'changes', 'try'] as const
export type EvaluateTab = (typeof evaluateTabs)[number]

/** The most telling split first. */
const splitsInOrder: readonly Split[] = ['test', 'validation', 'train']

export interface Judging {
  readonly modelId: ModelId
  readonly split: Split
  readonly done: number
  /** 0 until the model has started. */
  readonly total: number
  readonly secondsLeft: number | null
}

/** What the Evaluate page is about: chosen in the address, evaluated here, kept while another place is shown. */
export class EvaluateState {
  readonly #studio: Studio
  /** Of the models that were shown, with what they said of each image. */
  readonly #evaluations = new SvelteMap<ModelId, readonly Evaluation[]>()
  readonly #datasets = new SvelteMap<DatasetId, Dataset>()
  judging = $state.raw<Judging | null>(null)
  #leaving: AbortController | null = null

  readonly model = $derived.by(() => {
    const { models, navigation } = this.#studio
    const wanted = navigation.parameters('evaluate').get('model')
    return models.find(({ id }) => id === wanted) ?? models[0] ?? null
  })
  readonly tab: EvaluateTab = $derived.by(() => {
    const wanted = this.#parameter('tab')
    return evaluateTabs.find((tab) => tab === wanted) ?? 'mistakes'
  })
  readonly dataset = $derived(this.model === null ? undefined : this.#datasets.get(this.model.datasetId))
  /** Splits that have images, with their counts; empty until the dataset is known. */
  readonly splits = $derived.by(() => {
    const { dataset } = this
    if (dataset === undefined) return []
    return splitsInOrder
      .map((split) => ({ split, imageCount: dataset.countsByClass.reduce((sum, counts) => sum + counts[split], 0) }))
      .filter(({ imageCount }) => imageCount > 0)
  })
  /** Null where nothing was kept aside, and a person did not ask for training images. */
  readonly split: Split | null = $derived.by(() => {
    const wanted = splitsInOrder.find((split) => split === this.#parameter('split'))
    if (wanted !== undefined) return wanted
    const judged = splitsInOrder.find((split) => split !== 'train' && this.isJudged(this.model, split))
    return judged ?? this.splits.find(({ split }) => split !== 'train')?.split ?? null
  })
  readonly evaluation = $derived(this.split === null ? null : this.evaluationOf(this.model, this.split))
  readonly choice = $derived(
    parseMatrixChoice(this.#parameter('label'), this.#parameter('taken'), this.model?.classes.length ?? 0),
  )

  constructor(studio: Studio) {
    this.#studio = studio
  }

  isJudged(model: ModelSummary | null, split: Split): boolean {
    return model?.evaluations.some((one) => one.split === split) === true || this.evaluationOf(model, split) !== null
  }

  /** Null where the model was not evaluated on the split, and until its evaluations have been read. */
  evaluationOf(model: ModelSummary | null, split: Split): Evaluation | null {
    if (model === null) return null
    return this.#evaluations.get(model.id)?.find((evaluation) => evaluation.split === split) ?? null
  }

  /** What is to be shown of the model is on its way. */
  isReading(model: ModelSummary | null): boolean {
    return model !== null && !this.#evaluations.has(model.id)
  }

  /** Reads what a model said of each image: the list of models only has how good they are. */
  async readEvaluations(modelId: ModelId): Promise<void> {
    const { api, notices, projectId } = this.#studio
    const model = await notices.attempt(() => api.models.get({ projectId, modelId }))
    this.#evaluations.set(modelId, model?.evaluations ?? this.#evaluations.get(modelId) ?? [])
  }

  async readDataset(datasetId: DatasetId): Promise<void> {
    if (this.#datasets.has(datasetId)) return
    const { api, notices, projectId } = this.#studio
    const dataset = await notices.attempt(() => api.datasets.get({ projectId, datasetId }))
    if (dataset !== undefined) this.#datasets.set(datasetId, dataset)
  }

  async judge(modelId: ModelId, split: Split): Promise<void> {
    if (this.judging !== null) return
    const { api, notices, projectId } = this.#studio
    this.#leaving = new AbortController()
    const signal = AbortSignal.any([this.#leaving.signal, this.#studio.signal])
    this.judging = { modelId, split, done: 0, total: 0, secondsLeft: null }
    let first: { readonly atMs: number; readonly done: number } | null = null
    await notices.attempt(async () => {
      for await (const event of api.models.evaluate({ projectId, modelId, split }, { signal })) {
        if (event.kind === 'finished') this.#keep(modelId, event.evaluation)
        else {
          const { done, total } = event
          first ??= { atMs: performance.now(), done }
          const perSecond = (1000 * (done - first.done)) / (performance.now() - first.atMs)
          this.judging = { modelId, split, done, total, secondsLeft: perSecond > 0 ? (total - done) / perSecond : null }
        }
      }
    }, signal)
    this.judging = null
  }

  stopJudging(): void {
    this.#leaving?.abort()
  }

  /** Until the model is read again, which follows as soon as core tells that it changed. */
  #keep(modelId: ModelId, evaluation: Evaluation): void {
    const others = this.#evaluations.get(modelId)?.filter(({ split }) => split !== evaluation.split) ?? []
    this.#evaluations.set(modelId, [...others, evaluation])
  }

  #parameter(name: string): string | null {
    return this.#studio.navigation.parameters('evaluate').get(name)
  }
}

/** What is under way goes on while another place is shown. */
export const evaluateStateOf = perStudio((studio) => new EvaluateState(studio))
