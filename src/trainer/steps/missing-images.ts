import type { TrainerEvent } from '../../shared/domain/run.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
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
  missing: {
    code: 'images-missing',
    one: said`1 image is gone since the dataset was frozen; the run goes on without.`,
    many: (count: number) => said`${count} images are gone since the dataset was frozen; the run goes on without.`,
  },
  changed: {
    code: 'images-changed',
    one: said`1 image is changed since the dataset was frozen; the run goes on without.`,
    many: (count: number) => said`${count} images are changed since the dataset was frozen; the run goes on without.`,
  },
  unreadable: {
    code: 'images-unreadable',
    one: said`1 image is no longer readable; the run goes on without.`,
    many: (count: number) => said`${count} images are no longer readable; the run goes on without.`,
  },
} as const

export function createMissingImages(imageCount: number, missingRatioMax: number): MissingImages {
  const known = new Set<string>()
  let news: { readonly path: string; readonly problem: PixelProblem }[] = []
  return {
    note(path, problem) {
      if (known.has(path)) return
      known.add(path)
      news.push({ path, problem })
      if (known.size > missingRatioMax * imageCount) throw tooManyMissing([...known], imageCount)
    },
    takeWarnings() {
      const groups = Map.groupBy(news, ({ problem }) => problem.kind)
      news = []
      return [...groups].map(([kind, members]) => {
        const { code, one, many } = wordings[kind]
        const what = members.length === 1 ? one : many(members.length)
        const message = said`${what} ${members[0]?.problem.message ?? ''}`
        return { kind: 'warning', code, message, paths: members.map(({ path }) => path) }
      })
    },
  }
}

function tooManyMissing(paths: readonly string[], imageCount: number): AppError {
  const shown = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ', ...' : '')
  return new AppError(
    'not-enough-data',
    said`${paths.length} of ${imageCount} images are gone, changed or unreadable, more than the recipe bears: ${shown}.
      Put the files back and resume the run, or import the folder again and start a new one.`,
    { data: { paths } },
  )
}
