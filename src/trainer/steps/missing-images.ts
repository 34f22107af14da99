import type { TrainerEvent } from '../../shared/domain/run.ts'
import { AppError } from '../../shared/errors.ts'
import type { PixelProblem } from '../evaluation/read-pixels.ts'

/** Keeps count of the images of a frozen dataset that turned out to be gone, changed or broken. */
export interface MissingImages {
  /**
   * Notes one; noting it again changes nothing. Errors: not-enough-data, naming the first ones, when more are gone than
   * the recipe bears.
   */
  note(path: string, problem: PixelProblem): void
  /** One warning per kind over what was noted since the last time. */
  takeWarnings(): TrainerEvent[]
}

const wordings = {
  missing: { code: 'images-missing', text: 'gone since the dataset was frozen' },
  changed: { code: 'images-changed', text: 'changed since the dataset was frozen' },
  unreadable: { code: 'images-unreadable', text: 'no longer readable' },
} as const

export function createMissingImages(imageCount: number, missingRatioMax: number): MissingImages {
  const known = new Map<string, PixelProblem['kind']>()
  let news: { readonly path: string; readonly kind: PixelProblem['kind'] }[] = []
  return {
    note(path, { kind }) {
      if (known.has(path)) return
      known.set(path, kind)
      news.push({ path, kind })
      if (known.size > missingRatioMax * imageCount) throw tooManyMissing([...known.keys()], imageCount)
    },
    takeWarnings() {
      const groups = Map.groupBy(news, ({ kind }) => kind)
      news = []
      return [...groups].map(([kind, members]) => ({
        kind: 'warning',
        code: wordings[kind].code,
        message: `${countOf(members.length)} ${wordings[kind].text}; the run goes on without.`,
        paths: members.map(({ path }) => path),
      }))
    },
  }
}

function tooManyMissing(paths: readonly string[], imageCount: number): AppError {
  const shown = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ', ...' : '')
  return new AppError(
    'not-enough-data',
    `${countOf(paths.length)} of ${String(imageCount)} gone, changed or unreadable, which is more than the recipe bears: ` +
      `${shown}. Put the files back and resume the run, or import the folder again and start a new one.`,
    { data: { paths } },
  )
}

function countOf(count: number): string {
  return count === 1 ? '1 image is' : `${String(count)} images are`
}
