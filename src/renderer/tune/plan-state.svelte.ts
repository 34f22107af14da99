import { z } from 'zod'
import type { PlanFinding, RunEstimate, RunPlan } from '../../shared/contract/runs.ts'
import type { ProjectId } from '../../shared/domain/ids.ts'
import { Preset, RecipeOverrides } from '../../shared/domain/recipe.ts'
import type { Run } from '../../shared/domain/run.ts'
import { isAppError } from '../../shared/errors.ts'
import type { Studio } from '../studio.svelte.ts'
import { carriedOver, presetOverrides, withoutBackbone } from './preset-overrides.ts'
import { defaultOf, readConflicts, withSetting, type SettingName, type SettingValue } from './recipe-fields.ts'

const planDelayMs = 150
/** A warm-up takes a device for seconds: not for every key that is pressed in a field. */
const estimateDelayMs = 900

/** What a budget of time decides. */
const fittedSettings = ['epochs', 'trainableFrom', 'inputSizePx', 'resizePx'] as const satisfies readonly SettingName[]

/** What was chosen here last, kept over a reload. */
const Draft = z.object({ preset: Preset, overrides: RecipeOverrides, isWithoutBackbone: z.boolean().default(false) })

interface PlanInput {
  readonly projectId: ProjectId
  readonly preset: Preset
  readonly overrides: RecipeOverrides
}

/** What the next run will be: the preset, what was changed of it, what core says about that, and how long it takes. */
export class PlanState {
  preset = $state<Preset>('fine-tune')
  overrides = $state.raw<RecipeOverrides>({})
  plan = $state.raw<RunPlan | null>(null)
  estimate = $state.raw<RunEstimate | null>(null)
  isEstimating = $state(false)
  isStarting = $state(false)
  /** The time that the settings were fitted to last; null where nobody asked for that, or changed them since. */
  minutes = $state<number | null>(null)
  isFitting = $state(false)
  isAdvancedOpen = $state(false)
  /** Rises when all settings change at once, so that what is half typed goes with them. */
  generation = $state(0)
  readonly findings = $derived(this.plan?.findings ?? [])
  readonly isReady = $derived(this.plan !== null && this.findings.every(({ blocks }) => !blocks))
  /** A person asked for better weights than those that come with Athanor. */
  isOfferOpen = $state(false)
  /** Pretrained weights to get: those that are missing, or better ones that were asked for. */
  readonly backboneOffer = $derived(offerOf(this.findings, this.isOfferOpen))
  readonly conflicts = $derived(
    this.findings.flatMap((finding) => (finding.code === 'bad-recipe' ? readConflicts(finding.message) : [])),
  )
  readonly changedCount = $derived(Object.keys(this.overrides).length)
  readonly #studio: Studio
  /** What the estimate was made for. */
  #estimatedFor = ''
  #plannedOverrides: RecipeOverrides = {}
  /** Chosen once, it holds for every way of tuning. */
  #isWithoutBackbone = false
  #isChosen = false

  constructor(studio: Studio) {
    this.#studio = studio
    this.#restore()
  }

  /** What a setting is now: as it was set, as it follows from others, or as the preset has it. */
  valueOf(name: SettingName): SettingValue {
    const set = this.overrides[name]
    if (set !== undefined) return set
    const recipe = this.plan?.recipe ?? null
    return recipe === null || name in this.#plannedOverrides ? defaultOf(this.preset, name) : recipe[name]
  }

  choose(preset: Preset): void {
    if (preset === this.preset) return
    this.preset = preset
    this.minutes = null
    // What holds for any way of tuning stays; the rest meant the preset that was left.
    const small = this.#isWithoutBackbone && preset !== 'from-scratch' ? withoutBackbone(preset) : {}
    this.#changeAll({ ...small, ...carriedOver(this.overrides, preset) })
  }

  set(name: SettingName, value: SettingValue): void {
    if (name === 'backbone') this.#isWithoutBackbone = value === null
    if (fittedSettings.some((one) => one === name)) this.minutes = null
    this.#change(withSetting(this.overrides, this.preset, { name, value }))
  }

  reset(name: SettingName): void {
    if (name === 'backbone') this.#isWithoutBackbone = false
    const { [name]: _gone, ...others } = this.overrides
    this.#change(others)
  }

  /** Random weights instead of pretrained ones that are not there, in a size that shows something soon. */
  tryWithoutBackbone(): void {
    this.#isWithoutBackbone = true
    this.#changeAll({ ...this.overrides, ...withoutBackbone(this.preset) })
  }

  /** Takes back what `tryWithoutBackbone` changed; what a person changed of it since stays. */
  usePretrained(): void {
    this.#isWithoutBackbone = false
    if (this.preset === 'from-scratch') this.preset = 'fine-tune'
    const tried = Object.entries(withoutBackbone(this.preset))
    const isTried = (name: string, value: unknown) => tried.some((one) => one[0] === name && one[1] === value)
    const others = Object.entries(this.overrides).filter(([name, value]) => !isTried(name, value))
    this.#changeAll(Object.fromEntries(others))
  }

  resetAll(): void {
    this.#isWithoutBackbone = false
    this.minutes = null
    this.#changeAll({})
  }

  /** Sets passes, depth and size so that a run takes about so long; null: as the preset has them. */
  async fitTo(minutes: number | null): Promise<void> {
    if (this.isFitting) return
    const kept = Object.entries(this.overrides).filter(([name]) => !fittedSettings.some((one) => one === name))
    const overrides: RecipeOverrides = Object.fromEntries(kept)
    this.minutes = minutes
    if (minutes === null) return this.#changeAll(overrides)
    this.isFitting = true
    const { api, notices, signal } = this.#studio
    const { preset, overrides: before } = this
    const input = { ...this.#input(), overrides, minutes }
    const fitted = await notices.attempt(() => api.runs.budget(input, { signal }), signal)
    this.isFitting = false
    // What was chosen meanwhile is not what was asked about.
    const isAsked = this.preset === preset && this.overrides === before
    if (fitted === undefined || !isAsked) this.minutes = null
    else this.#changeAll({ ...overrides, ...fitted.overrides })
  }

  /** Takes the settings of a run that was made before. */
  takeFrom(run: Run): void {
    this.preset = run.recipe.preset
    this.minutes = null
    if (this.preset !== 'from-scratch') this.#isWithoutBackbone = run.recipe.backbone === null
    this.#changeAll(presetOverrides(run.recipe))
  }

  /** Where nothing is kept, such as in another browser, as the last run that was no comparison. */
  #takeUsual(): void {
    const last = this.#studio.runs.find(({ state, recipe }) => state === 'done' && recipe.preset !== 'from-scratch')
    if (this.#isChosen || last === undefined) return
    this.#isChosen = true
    this.preset = last.recipe.preset
    this.#isWithoutBackbone = last.recipe.backbone === null
    if (this.#isWithoutBackbone) this.overrides = withoutBackbone(this.preset)
  }

  /** Plans while the page is shown, anew whenever settings or labels change; for an `$effect`. */
  follow(): () => void {
    this.#takeUsual()
    const input = this.#input()
    // Labels that other views or windows change are read through these.
    void [this.#studio.counts, this.#studio.classes]
    const isBusy = this.#studio.activeRun !== null
    const leaving = new AbortController()
    const timer = setTimeout(() => void this.#refresh(input, { isBusy, signal: leaving.signal }), planDelayMs)
    return () => {
      clearTimeout(timer)
      leaving.abort()
      this.isEstimating = false
    }
  }

  /** Asks core again, such as after a backbone arrived. */
  async replan(): Promise<void> {
    await this.#refresh(this.#input(), { isBusy: false, signal: new AbortController().signal })
  }

  async start(): Promise<Run | undefined> {
    if (this.isStarting) return undefined
    this.isStarting = true
    const run = await this.#studio.notices.attempt(() => this.#studio.api.runs.start(this.#input()))
    this.isStarting = false
    return run
  }

  #input(): PlanInput {
    return { projectId: this.#studio.projectId, preset: this.preset, overrides: this.overrides }
  }

  async #refresh(
    input: PlanInput,
    { isBusy, signal }: { readonly isBusy: boolean; readonly signal: AbortSignal },
  ): Promise<void> {
    const { api, notices } = this.#studio
    const plan = await notices.attempt(() => api.runs.plan(input, { signal }), signal)
    if (plan === undefined || signal.aborted) return
    this.#plannedOverrides = input.overrides
    this.plan = plan
    const wanted = JSON.stringify([plan.recipe, plan.classes.map(({ counts }) => counts)])
    if (wanted !== this.#estimatedFor) this.estimate = null
    // A warm-up beside a run would slow both down and measure nothing of use.
    if (wanted === this.#estimatedFor || !this.isReady || isBusy) return
    this.isEstimating = true
    try {
      await new Promise((resolve) => setTimeout(resolve, estimateDelayMs))
      if (signal.aborted) return
      this.estimate = await api.runs.estimate(input, { signal })
      this.#estimatedFor = wanted
    } catch (thrown) {
      // An estimate is a courtesy: what keeps it from being made is told when the run is started.
      if (!isAppError(thrown)) throw thrown
      if (!signal.aborted) this.#estimatedFor = wanted
    } finally {
      if (!signal.aborted) this.isEstimating = false
    }
  }

  #changeAll(overrides: RecipeOverrides): void {
    this.generation += 1
    this.#change(overrides)
  }

  #change(overrides: RecipeOverrides): void {
    this.overrides = overrides
    this.#isChosen = true
    const draft: z.infer<typeof Draft> = {
      preset: this.preset,
      overrides,
      isWithoutBackbone: this.#isWithoutBackbone,
    }
    localStorage.setItem(this.#storageKey, JSON.stringify(draft))
  }

  get #storageKey(): string {
    return `athanor.tune.${this.#studio.projectId}`
  }

  #restore(): void {
    try {
      const draft = Draft.parse(JSON.parse(localStorage.getItem(this.#storageKey) ?? ''))
      this.preset = draft.preset
      this.overrides = draft.overrides
      this.#isWithoutBackbone = draft.isWithoutBackbone
      this.#isChosen = true
    } catch {
      // Nothing is kept, or another version wrote it: the defaults will do.
    }
  }
}

function offerOf(findings: readonly PlanFinding[], isOfferOpen: boolean) {
  for (const finding of findings) {
    if (finding.code === 'backbone-missing') {
      return { name: finding.backbone, downloadBytes: finding.downloadBytes, instead: null }
    }
    if (finding.code === 'backbone-shipped' && isOfferOpen) {
      return { name: finding.better, downloadBytes: finding.downloadBytes, instead: finding.backbone }
    }
  }
  return null
}

const states = new WeakMap<Studio, PlanState>()

/** One for each open project, so that leaving the page loses nothing. */
export function planState(studio: Studio): PlanState {
  const state = states.get(studio) ?? new PlanState(studio)
  states.set(studio, state)
  return state
}
