import { m } from '../messages.ts'
import type { Workspace } from '../workspace-state.svelte.ts'

/** Choosing a folder to open: in the native dialog where there is one, else in one of our own. */
export class FolderChoice {
  isPickerOpen = $state(false)
  /** Where the picker begins; null: at the first root. */
  startPath = $state<string | null>(null)
  readonly #workspace: Workspace

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  async start(startPath: string | null = null): Promise<void> {
    const { abilities, api, notices } = this.#workspace
    if (api === null) return
    if (abilities?.canChooseFolder !== true) {
      this.startPath = startPath
      this.isPickerOpen = true
      return
    }
    const chosen = await notices.attempt(() => api.shell.chooseFolder({ title: m.frame_open_folder() }))
    if (chosen?.path != null) await this.choose(chosen.path)
  }

  async choose(imageFolder: string): Promise<void> {
    this.isPickerOpen = false
    await this.#workspace.open({ imageFolder, projectFolder: null })
  }
}
