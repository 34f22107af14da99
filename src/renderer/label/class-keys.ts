import type { ImageClass } from '../../shared/domain/label.ts'

/** In the order in which core gives them to classes; `A`, `N` and `S` have a meaning of their own. */
const classKeys = [...'1234567890qwertyuiopdfghjklzxcvbm']

/** The key that the next class will get; undefined where all are taken. */
export function nextClassKey(classes: readonly Pick<ImageClass, 'key'>[]): string | undefined {
  const taken = new Set(classes.map(({ key }) => key))
  return classKeys.find((key) => !taken.has(key))
}
