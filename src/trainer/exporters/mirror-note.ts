import type { Preprocessing } from '../../shared/domain/backbone.ts'

/** What stands behind the description of a graph that makes the mirror images itself; empty where it makes none. */
export function mirrorNote({ seesMirrored }: Preprocessing): string {
  return seesMirrored === true
    ? ' Each model looks at a picture\nand at its mirror image, within its graph, and takes the mean: give it the picture alone.'
    : ''
}
