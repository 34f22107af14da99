import type { Said } from '../../../shared/said.ts'
/**
 * Why a checkpoint is not read. `damaged`: it does not hold what it should; `refused`: it asks for something that is
 * never done. The reader adds which file it was.
 */
export class CheckpointFault extends Error {
  readonly kind: 'damaged' | 'refused'

  constructor(kind: 'damaged' | 'refused', message: Said) {
    super(message)
    this.kind = kind
  }
}

export function damaged(what: Said): never {
  throw new CheckpointFault('damaged', what)
}

export function refused(what: Said): never {
  throw new CheckpointFault('refused', what)
}

const shownLength = 80

/** A name out of a foreign file for a message: quoted, without control characters, of bounded length. */
export function shown(text: string): string {
  const clipped = text.length > shownLength ? `${text.slice(0, shownLength)}...` : text
  return JSON.stringify(clipped).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?')
}
