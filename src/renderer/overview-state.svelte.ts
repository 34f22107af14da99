import type { CatalogCounts, ImportEvent } from '../shared/contract/catalog.ts'
import type { Project } from '../shared/contract/project.ts'
import type { SystemReport } from '../shared/contract/system.ts'
import type { DeviceReport } from '../shared/domain/device.ts'
import { connect, type Api } from './api.ts'

const refreshMs = 2_000

/** What the page shows, kept up to date from core. */
export class OverviewState {
  projects = $state.raw<readonly Project[]>([])
  counts = $state.raw<CatalogCounts | null>(null)
  importing = $state.raw<ImportEvent | null>(null)
  devices = $state.raw<readonly DeviceReport[] | null>(null)
  system = $state.raw<SystemReport | null>(null)
  isConnected = $state(false)
  problem = $state<string | null>(null)
  project = $derived(this.projects.at(-1) ?? null)
  #api: Api | null = null

  async start(): Promise<void> {
    await this.#attempt(async () => {
      this.#api = await connect()
      this.isConnected = true
      void this.#attempt(async () => (this.system = (await this.#api?.system.report({})) ?? null))
      void this.#attempt(async () => (this.devices = (await this.#api?.system.devices({})) ?? null))
      await this.#refresh()
    })
  }

  open(imageFolder: string): Promise<void> {
    this.problem = null
    return this.#attempt(async () => {
      await this.#api?.project.open({ imageFolder })
      await this.#readProject()
    })
  }

  importImages(): Promise<void> {
    this.problem = null
    return this.#attempt(async () => {
      if (this.#api === null || this.project === null || this.importing !== null) return
      try {
        for await (const event of this.#api.catalog.import({ projectId: this.project.id })) this.importing = event
      } finally {
        this.importing = null
      }
      await this.#readProject()
    })
  }

  async #refresh(): Promise<void> {
    try {
      await this.#readProject()
    } finally {
      setTimeout(() => void this.#attempt(() => this.#refresh()), refreshMs)
    }
  }

  async #readProject(): Promise<void> {
    if (this.#api === null) return
    this.projects = await this.#api.project.list({})
    this.counts = this.project === null ? null : await this.#api.catalog.counts({ projectId: this.project.id })
  }

  async #attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error)
    }
  }
}
