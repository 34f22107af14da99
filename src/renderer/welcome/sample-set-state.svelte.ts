import type { Workspace } from '../workspace-state.svelte.ts'

/** Drawing the sample set into a folder of its own and opening that. */
export class SampleSetState {
  progress = $state.raw<{ readonly done: number; readonly total: number } | null>(null)
  readonly #workspace: Workspace
  #leaving: AbortController | null = null

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  async open(): Promise<void> {
    const { api, notices } = this.#workspace
    if (api === null || this.progress !== null) return
    const leaving = new AbortController()
    this.#leaving = leaving
    this.progress = { done: 0, total: 1 }
    const folder = await notices.attempt(async () => {
      let drawnInto: string | null = null
      for await (const event of api.project.drawSamples({}, { signal: leaving.signal })) {
        this.progress = event
        drawnInto = event.folder
      }
      return drawnInto
    }, leaving.signal)
    this.progress = null
    if (folder != null) await this.#workspace.open({ imageFolder: folder, projectFolder: null })
  }

  cancel(): void {
    this.#leaving?.abort()
  }
}
