import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { ExportFormat, type Export } from '../../shared/domain/export.ts'
import type { ModelId } from '../../shared/domain/ids.ts'
import { isAppError } from '../../shared/errors.ts'
import { messageOf } from '../core-words.svelte.ts'
import { perStudio } from '../per-studio.svelte.ts'
import type { Studio } from '../studio.svelte.ts'
import { formatsThere } from './export-words.ts'

/** What became of one format since the button was pressed. */
export type Progress =
  | { readonly kind: 'waiting' | 'writing' | 'left' }
  | { readonly kind: 'verifying'; readonly done: number; readonly total: number }
  | { readonly kind: 'done'; readonly export: Export }
  | { readonly kind: 'failed'; readonly message: string }

/** Asks whether an export that is there already may be replaced. */
export type AskOverwrite = (formats: readonly ExportFormat[]) => Promise<boolean>

/** What is exported and what was, kept while another place is shown. */
export class ExportState {
  readonly #studio: Studio
  readonly chosen = new SvelteSet<ExportFormat>(['onnx'])
  /** Null: in the project. */
  destination = $state<string | null>(null)
  readonly progress = new SvelteMap<ExportFormat, Progress>()
  isExporting = $state(false)
  readonly sizes = new SvelteMap<string, number>()
  #leaving = new AbortController()

  constructor(studio: Studio) {
    this.#studio = studio
  }

  async readSizes(modelId: ModelId): Promise<void> {
    const { api, notices, projectId } = this.#studio
    const sizes = await notices.attempt(() => api.exports.sizes({ projectId, modelId }))
    for (const { format, sizeBytes } of sizes ?? []) this.sizes.set(`${modelId} ${format}`, sizeBytes)
  }

  get defaultDestination(): string {
    return `${this.#studio.project.projectFolder}/exports`
  }

  /** Exports the chosen formats; what fails or is refused does not keep the others from being done. */
  async export(modelId: ModelId, askOverwrite: AskOverwrite): Promise<void> {
    if (this.isExporting) return
    const wanted = ExportFormat.options.filter((format) => this.chosen.has(format))
    const target = this.destination ?? this.defaultDestination
    const known = formatsThere(this.#studio.exports, target, modelId)
    const there = wanted.filter((format) => known.includes(format))
    const mayOverwrite = there.length > 0 && (await askOverwrite(there))
    const formats = mayOverwrite ? wanted : wanted.filter((format) => !there.includes(format))
    if (formats.length === 0) return
    this.isExporting = true
    this.#leaving = new AbortController()
    this.progress.clear()
    for (const format of formats) this.progress.set(format, { kind: 'waiting' })
    // Only what was asked about is overwritten.
    const fresh = formats.filter((format) => !there.includes(format))
    for (const part of [fresh, mayOverwrite ? there : []]) {
      let rest: readonly ExportFormat[] = part
      while (rest.length > 0) {
        rest = await this.#exportUntilFault(modelId, rest, { mayOverwrite: part === there, askOverwrite })
      }
    }
    this.isExporting = false
  }

  stop(): void {
    this.#leaving.abort()
  }

  /** The result is what has not been tried after a fault. */
  async #exportUntilFault(
    modelId: ModelId,
    formats: readonly ExportFormat[],
    { mayOverwrite, askOverwrite }: { readonly mayOverwrite: boolean; readonly askOverwrite: AskOverwrite },
  ): Promise<readonly ExportFormat[]> {
    const { api, projectId } = this.#studio
    const signal = AbortSignal.any([this.#leaving.signal, this.#studio.signal])
    const { destination } = this
    let current = formats[0]
    try {
      const input = { projectId, modelId, formats: [...formats], destination, overwrite: mayOverwrite }
      for await (const event of api.exports.create(input, { signal })) {
        if (event.kind === 'exported') {
          this.progress.set(event.export.format, { kind: 'done', export: event.export })
          current = formats[formats.indexOf(event.export.format) + 1]
        } else {
          current = event.format
          this.progress.set(event.format, event)
        }
      }
      return []
    } catch (error) {
      if (signal.aborted) {
        for (const format of formats) {
          if (this.progress.get(format)?.kind !== 'done') this.progress.set(format, { kind: 'left' })
        }
        return []
      }
      if (current === undefined) return []
      const rest = formats.slice(formats.indexOf(current))
      if (!mayOverwrite && isAppError(error) && error.code === 'conflict' && (await askOverwrite([current]))) {
        await this.#exportUntilFault(modelId, [current], { mayOverwrite: true, askOverwrite })
      } else {
        this.progress.set(current, { kind: 'failed', message: messageOf(error) })
      }
      return rest.slice(1)
    }
  }
}

/** An export goes on while another place is shown. */
export const exportStateOf = perStudio((studio) => new ExportState(studio))
