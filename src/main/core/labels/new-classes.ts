import { classKeys as keys } from '../../../shared/domain/label.ts'
import type { StoredClass } from './change.ts'

const colourCount = 24

/**
 * Classes to be made for names that have none: each with the colour that fewest classes have, and with the key that it
 * is called by, or else the next free one.
 */
export function newClasses(names: readonly string[], existing: readonly StoredClass[], firstId: number): StoredClass[] {
  const all = [...existing]
  // Names that are keys first, so that the classes 0 to 9 get their own.
  const wanted = new Map(names.filter((name) => keys.includes(name)).map((name) => [name, name]))
  return names.map((name, at) => {
    const taken = new Set(all.map(({ key }) => key))
    const own = wanted.get(name)
    const free = keys.find((key) => !taken.has(key) && !wanted.has(key))
    const key = own !== undefined && !taken.has(own) ? own : (free ?? null)
    const made = { id: firstId + at, name, colour: rarestColour(all), key }
    all.push(made)
    return made
  })
}

function rarestColour(classes: readonly StoredClass[]): number {
  const counts = new Array<number>(colourCount).fill(0)
  for (const { colour } of classes) counts[colour] = (counts[colour] ?? 0) + 1
  return counts.indexOf(Math.min(...counts))
}
