import type { RecentProject } from '../../shared/contract/project.ts'
import { toAppError } from '../../shared/errors.ts'
import { m } from '../messages.ts'
import type { ProjectPlace } from '../project-place.ts'
import type { Workspace } from '../workspace-state.svelte.ts'
import type { WrongFolder } from './wrong-folder.ts'

/** Choosing a folder to open: in the native dialog where there is one, else in one of our own. */
export class FolderChoice {
  isPickerOpen = $state(false)
  /** What was chosen in place of the project that a person looks for; it is opened only if they say so. */
  wrong = $state.raw<WrongFolder | null>(null)
  readonly #workspace: Workspace
  /** The project that went away, while its folder is looked for. */
  #sought: RecentProject | null = null

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  async start(): Promise<void> {
    this.#sought = null
    await this.#pick()
  }

  /** Chooses where a project lies now: a folder that holds another one, or none, is not just opened. */
  async findAgain(sought: RecentProject): Promise<void> {
    this.#sought = sought
    await this.#pick()
  }

  async choose(folder: string): Promise<void> {
    this.isPickerOpen = false
    const place = { imageFolder: folder, projectFolder: null }
    if (this.#sought === null) return this.#workspace.open(place)
    await this.#recognise(this.#sought, place)
  }

  async chooseAgain(): Promise<void> {
    this.wrong = null
    await this.#pick()
  }

  async openWrong(): Promise<void> {
    const { wrong } = this
    this.wrong = null
    if (wrong !== null) await this.#workspace.open(wrong.place)
  }

  async #pick(): Promise<void> {
    const { abilities, api, notices } = this.#workspace
    if (api === null) return
    if (abilities?.canChooseFolder !== true) {
      this.isPickerOpen = true
      return
    }
    const chosen = await notices.attempt(() => api.shell.chooseFolder({ title: m.frame_open_folder() }))
    if (chosen?.path != null) await this.choose(chosen.path)
  }

  async #recognise(sought: RecentProject, chosen: ProjectPlace): Promise<void> {
    const workspace = this.#workspace
    const { api } = workspace
    if (api === null) return
    try {
      const { imageFolder: folder } = chosen
      const { kind, place } = await api.project.recognise({ sought: sought.imageFolder, folder })
      if (kind !== 'same') {
        this.wrong = { kind, place, sought }
        return
      }
      await workspace.open(place)
      // It stands in the list with its new place.
      if (workspace.refusal === null && place.imageFolder !== sought.imageFolder) {
        await workspace.forget(sought.imageFolder)
      }
    } catch (thrown) {
      workspace.refusal = { place: chosen, error: toAppError(thrown) }
    }
  }
}
