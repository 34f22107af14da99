import { z } from 'zod'

const ViewSettings = z.object({
  tilePx: z.number().min(72).max(480).default(152),
  isCropped: z.boolean().default(false),
  isAdvancing: z.boolean().default(true),
  sidebarPx: z.number().min(180).max(420).default(232),
  inspectorPx: z.number().min(220).max(560).default(288),
  isInspectorShown: z.boolean().default(true),
  /** From which confidence on all suggestions are accepted at once. */
  acceptFromConfidence: z.number().min(0).max(1).default(0.9),
  /** Whether suggestions follow the labels. */
  isDrafting: z.boolean().default(false),
  /** Labels given so far; the first hint goes away after some. */
  labelsGiven: z.int().nonnegative().default(0),
})
type ViewSettings = z.infer<typeof ViewSettings>

const storageKey = 'athanor.label'

/** How a person likes to look at the images: of the machine, not of a project. */
export class ViewSettingsState {
  #values = $state.raw<ViewSettings>(readStored())

  get now(): Readonly<ViewSettings> {
    return this.#values
  }

  change(changes: Partial<ViewSettings>): void {
    const changed = ViewSettings.safeParse({ ...this.#values, ...changes })
    if (!changed.success) return
    this.#values = changed.data
    localStorage.setItem(storageKey, JSON.stringify(changed.data))
  }
}

export const tileSizesPx = { small: 96, medium: 152, large: 224, 'extra-large': 320 } as const
export const smallestTilePx = 80
export const largestTilePx = 400

function readStored(): ViewSettings {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
    const parsed = ViewSettings.safeParse(stored)
    if (parsed.success) return parsed.data
  } catch {
    // Not ours, or cut off: begin anew.
  }
  return ViewSettings.parse({})
}
