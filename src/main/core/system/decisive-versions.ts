import { readVersions } from './read-versions.ts'

/** Versions that the numbers of a run may depend on. The trainer adds that of its own Node. */
const names = ['athanor', 'tfjs', 'sharp', 'libvips'] as const

/** What a checkpoint and cached features are only used again with. */
export function readDecisiveVersions(): Record<string, string> {
  const versions = readVersions()
  return Object.fromEntries(names.map((name) => [name, versions[name] ?? 'unknown']))
}
