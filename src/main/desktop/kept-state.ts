import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Rectangle = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
})
export type Rectangle = z.infer<typeof Rectangle>

const KeptState = z.strictObject({
  /** Of the window when it is not maximised. */
  bounds: Rectangle.nullable(),
  isMaximised: z.boolean(),
  /** Null until a page has said which language it speaks. */
  language: z.enum(['en', 'zh-CN']).nullable(),
})
export type KeptState = z.infer<typeof KeptState>

const nothingKept: KeptState = { bounds: null, isMaximised: false, language: null }

export interface StateFile {
  read(): KeptState
  change(change: Partial<KeptState>): void
}

/** What the shell remembers from one start to the next. A damaged file counts as none. */
export function openStateFile(storeFolder: string, log: (line: string) => void): StateFile {
  const file = join(storeFolder, 'window.json')
  const read = (): KeptState => {
    try {
      return KeptState.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return nothingKept
    }
  }
  return {
    read,
    change(change) {
      const draft = `${file}.${process.pid}.new`
      try {
        mkdirSync(storeFolder, { recursive: true })
        writeFileSync(draft, `${JSON.stringify({ ...read(), ...change })}\n`)
        renameSync(draft, file)
      } catch (thrown) {
        log(`the place of the window was not kept: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      }
    },
  }
}

const defaultSize = { width: 1280, height: 820 }
/** As much of the title bar has to be on a screen that the window can be taken hold of. */
const grip = { width: 120, height: 40 }

/** Where to open: as it was, unless the screen it was on is not there any more. */
export function placeOnScreen(kept: Rectangle | null, workAreas: readonly Rectangle[]): Partial<Rectangle> {
  if (kept === null) return defaultSize
  const isReachable = workAreas.some(
    (area) =>
      kept.x + kept.width >= area.x + grip.width &&
      kept.x <= area.x + area.width - grip.width &&
      kept.y >= area.y - 8 &&
      kept.y <= area.y + area.height - grip.height,
  )
  return isReachable ? kept : { width: kept.width, height: kept.height }
}
