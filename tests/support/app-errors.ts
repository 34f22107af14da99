import { type AppError, toAppError } from '../../src/shared/errors.ts'

/** What `work` throws, as the error that a person would get; fails where it throws nothing. */
export function errorOf(work: () => unknown): AppError {
  try {
    work()
  } catch (thrown) {
    return toAppError(thrown)
  }
  throw new Error('expected an error')
}

export async function rejectionOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work
  } catch (thrown) {
    return toAppError(thrown)
  }
  throw new Error('expected an error')
}
