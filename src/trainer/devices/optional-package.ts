import type { Said } from '../../shared/said.ts'

/** An optional dependency, loaded; or what is wrong with it, in one sentence, and what to do. */
export type OptionalPackage<T> =
  { readonly loaded: T } | { readonly loaded: null; readonly reason: Said; readonly cure: Said | null }

/** The code and message of whatever a failed import or require throws. */
export function describeLoadError(thrown: unknown): { readonly code: string; readonly message: string } {
  if (!(thrown instanceof Error)) return { code: '', message: String(thrown) }
  const code: unknown = Reflect.get(thrown, 'code')
  return { code: typeof code === 'string' ? code : '', message: thrown.message.split('\n')[0] ?? '' }
}

/** True when the error says that the package itself, not a file inside it, is not there. */
export function isMissingPackage(thrown: unknown, name: string): boolean {
  const { code, message } = describeLoadError(thrown)
  return ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(code) && message.includes(`'${name}'`)
}
