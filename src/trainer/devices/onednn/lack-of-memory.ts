import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'

interface LackOfMemory {
  /** 0 where nobody knows. */
  readonly sizeBytes: number
  readonly inUseBytes: number
}

function isLackOfMemory(thrown: unknown): thrown is LackOfMemory {
  return thrown instanceof Error && typeof Reflect.get(thrown, 'sizeBytes') === 'number'
}

/** What the addon says of a lack of memory, as an error with its numbers. */
export function tellingLackOfMemory<Result>(compute: () => Result): Result {
  try {
    return compute()
  } catch (thrown) {
    throw isLackOfMemory(thrown) ? outOfMemory(thrown) : thrown
  }
}

export function outOfMemory({ sizeBytes, inUseBytes }: LackOfMemory): AppError {
  const mebibytes = (bytes: number) => Math.ceil(bytes / 1024 ** 2)
  return new AppError(
    'out-of-memory',
    sizeBytes === 0
      ? said`The onednn device found no memory left beside the ${mebibytes(inUseBytes)} MiB that it uses: use a smaller
          micro-batch or smaller images.`
      : said`The onednn device could not get ${mebibytes(sizeBytes)} MiB beside the ${mebibytes(inUseBytes)} MiB that it
          uses: use a smaller micro-batch or smaller images.`,
  )
}
