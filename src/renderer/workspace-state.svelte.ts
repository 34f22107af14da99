import type { Project, RecentProject } from '../shared/contract/project.ts'
import type { SystemReport } from '../shared/contract/system.ts'
import type { DeviceReport } from '../shared/domain/device.ts'
import { toAppError, type AppError } from '../shared/errors.ts'
import { connect, type Api } from './api.ts'
import { Commands } from './commands.svelte.ts'
import { editText } from './edit-text.ts'
import { Navigation } from './navigation.svelte.ts'
import { Notices } from './notices.svelte.ts'
import { readPlace, rememberPlace, type ProjectPlace } from './project-place.ts'
import { Studio } from './studio.svelte.ts'

interface Abilities {
  readonly host: 'desktop' | 'browser' | 'terminal'
  readonly canChooseFolder: boolean
  readonly canReveal: boolean
}

const firstRetryMs = 1_000
const longestRetryMs = 10_000

/** The window: its connection to core, the project that is open in it, and what every project shares. */
export class Workspace {
  readonly navigation = new Navigation()
  readonly commands = new Commands()
  readonly notices = new Notices()
  connection = $state<'connecting' | 'open' | 'lost'>('connecting')
  api = $state.raw<Api | null>(null)
  abilities = $state.raw<Abilities | null>(null)
  system = $state.raw<SystemReport | null>(null)
  /** Null until they were probed, which takes some seconds. */
  devices = $state.raw<readonly DeviceReport[] | null>(null)
  isProbing = $state(false)
  recent = $state.raw<readonly RecentProject[]>([])
  studio = $state.raw<Studio | null>(null)
  /** The folder that is being opened. */
  opening = $state<string | null>(null)
  /** What kept a folder from being opened. */
  refusal = $state.raw<{ readonly place: ProjectPlace; readonly error: AppError } | null>(null)
  #retryMs = firstRetryMs
  #retryNow: (() => void) | null = null

  /** Connects, and again whenever the connection is lost, until the page is left. */
  async run(): Promise<never> {
    for (;;) {
      // Where there is no answer the next try may have one; the banner says so.
      const connection = await connect().catch(() => null)
      if (connection !== null) {
        this.#retryMs = firstRetryMs
        await this.notices.attempt(() => this.#enter(connection.api))
        await connection.closed
      }
      this.connection = 'lost'
      await this.#waitForRetry()
    }
  }

  retry(): void {
    this.#retryNow?.()
  }

  /** Opens a folder, and makes a project of it where it is none yet. */
  async open({ imageFolder, projectFolder }: ProjectPlace): Promise<void> {
    const place = { imageFolder, projectFolder }
    if (this.api === null || this.opening !== null) return
    this.refusal = null
    this.opening = imageFolder
    try {
      this.#show(await this.api.project.open(place), place)
    } catch (thrown) {
      this.refusal = { place, error: toAppError(thrown) }
    } finally {
      this.opening = null
    }
  }

  /** Leaves the project: the window shows the welcome page. Runs go on. */
  closeProject(): void {
    this.#leaveStudio()
    rememberPlace(null)
    void this.refreshRecent()
  }

  async refreshRecent(): Promise<void> {
    this.recent = (await this.api?.project.recent({}).catch(() => null)) ?? this.recent
  }

  async forget(imageFolder: string): Promise<void> {
    await this.notices.attempt(async () => this.api?.project.forget({ imageFolder }))
    await this.refreshRecent()
  }

  /** Where they are not known yet, or again. It starts a process of its own, so not before there is time for it. */
  async probeDevices(): Promise<void> {
    if (this.isProbing) return
    this.isProbing = true
    this.devices = (await this.notices.attempt(async () => this.api?.system.devices({}))) ?? this.devices
    this.isProbing = false
  }

  /** What computes from now on does it on this card. */
  async chooseCard(card: string): Promise<void> {
    await this.notices.attempt(async () => this.api?.system.chooseCard({ card }))
    await this.probeDevices()
  }

  async #enter(api: Api): Promise<void> {
    this.api = api
    const [abilities] = await Promise.all([api.shell.abilities({}), this.refreshRecent()])
    this.abilities = abilities
    void this.#followMenu(api)
    await this.#comeBack(api)
    this.connection = 'open'
    this.system = await api.system.report({})
  }

  /** Shows again what was shown before: in this window, else on the server, else on this machine. */
  async #comeBack(api: Api): Promise<void> {
    const place = readPlace()
    if (place === 'none') return this.#leaveStudio()
    const openNow = await api.project.list({})
    const shown = this.studio?.project
    const known = openNow.find(({ id, imageFolder }) => id === shown?.id || imageFolder === place?.imageFolder)
    if (known !== undefined) return this.#show(known, place)
    if (place !== null) return this.open(place)
    const latest = openNow.at(-1)
    if (latest !== undefined) return this.#show(latest, null)
    const recent = this.recent.find(({ isThere }) => isThere)
    if (recent !== undefined) return this.open(recent)
  }

  #show(project: Project, place: ProjectPlace | null): void {
    const { api, navigation, commands, notices } = this
    if (api === null) return
    const isOther = this.studio !== null && this.studio.projectId !== project.id
    this.#leaveStudio()
    // What a page shows of one project, such as a class, means nothing in another.
    if (isOther) navigation.reset()
    rememberPlace({ imageFolder: project.imageFolder, projectFolder: place?.projectFolder ?? null })
    const studio = new Studio({ api, project, navigation, commands, notices })
    this.studio = studio
    void notices.attempt(() => studio.start(), studio.signal)
    void this.refreshRecent()
  }

  #leaveStudio(): void {
    this.studio?.close()
    this.studio = null
  }

  async #followMenu(api: Api): Promise<void> {
    await this.notices.attempt(async () => {
      for await (const command of api.shell.menuCommands({})) {
        if (command.kind === 'open') void this.open(command)
        // The menu takes the keys from the page: a text field would never hear of them.
        else if ((command.what !== 'undo' && command.what !== 'redo') || !editText(command.what)) {
          this.commands.run(`frame.${command.what}`)
        }
      }
    })
  }

  async #waitForRetry(): Promise<void> {
    const waitMs = this.#retryMs
    this.#retryMs = Math.min(longestRetryMs, waitMs * 2)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs)
      this.#retryNow = () => {
        clearTimeout(timer)
        this.#retryMs = firstRetryMs
        resolve()
      }
    })
    this.#retryNow = null
  }
}
