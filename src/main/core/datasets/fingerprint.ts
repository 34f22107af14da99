/** Pictures are compared by two difference hashes: a coarse one that is quick to look up, and a fine one that decides. */
export interface Fingerprint {
  /** 16 hex digits, 64 bits. */
  readonly perceptualHash: string
  /** 64 hex digits, 256 bits. */
  readonly detailHash: string
}

const coarseWords = 2
const fineWords = 8
const fineBits = fineWords * 32

/**
 * Bits in which the fine hashes may differ for each bit of the coarse ones. Of 2,062 photographs of hands before one
 * kind of wall (sign-digits), 4 coarse bits alone join 522 into one group, half of their pairs across classes; with 20
 * fine bits 11 pairs are left, one across classes, no group above 3, while of 300 copies of photographs (JPEG quality
 * 50, WebP, half and a third of the size, brighter) 298 stay found.
 */
const fineBitsPerCoarseBit = 5

/** A picture with fewer edges than this says too little: blank pages would all be one. */
const edgesMin = 8

/** Nearly every photograph has more. Where there are fewer, as in digits on white, fewer may differ. */
const edgesUsual = 64

/** Many fingerprints, packed for comparing. */
export interface Fingerprints {
  readonly count: number
  /** Two 32-bit words each. */
  readonly coarse: Uint32Array
  /** Eight 32-bit words each. */
  readonly fine: Uint32Array
}

export function packFingerprints(fingerprints: readonly Fingerprint[]): Fingerprints {
  const coarse = new Uint32Array(fingerprints.length * coarseWords)
  const fine = new Uint32Array(fingerprints.length * fineWords)
  const bytes = Buffer.alloc(fineWords * 4)
  const fill = (words: Uint32Array, from: number, hex: string, count: number) => {
    bytes.write(hex, 'hex')
    for (let word = 0; word < count; word += 1) words[from + word] = bytes.readUInt32BE(word * 4)
  }
  for (const [at, { perceptualHash, detailHash }] of fingerprints.entries()) {
    fill(coarse, at * coarseWords, perceptualHash, coarseWords)
    fill(fine, at * fineWords, detailHash, fineWords)
  }
  return { count: fingerprints.length, coarse, fine }
}

/** Bits in which two coarse hashes differ. */
export function coarseDistance({ coarse }: Fingerprints, a: number, b: number): number {
  return (
    countBits((coarse[a * 2] ?? 0) ^ (coarse[b * 2] ?? 0)) +
    countBits((coarse[a * 2 + 1] ?? 0) ^ (coarse[b * 2 + 1] ?? 0))
  )
}

/** Whether the fine hashes agree that two pictures, near by their coarse ones, show the same. */
export function isSamePicture({ fine }: Fingerprints, [a, b]: readonly [number, number], coarseBits: number): boolean {
  let differing = 0
  let either = 0
  let both = 0
  for (let word = 0; word < fineWords; word += 1) {
    const [left, right] = [fine[a * fineWords + word] ?? 0, fine[b * fineWords + word] ?? 0]
    differing += countBits(left ^ right)
    either += countBits(left | right)
    both += countBits(left & right)
  }
  // A picture that brightens to the right has the edges of its negative missing.
  const edges = Math.min(either, fineBits - both)
  return differing <= coarseBits * fineBitsPerCoarseBit * Math.min(1, edges / edgesUsual)
}

/** Whether a picture has enough edges to be told from others at all. */
export function isTelling({ fine }: Fingerprints, at: number): boolean {
  let edges = 0
  for (let word = 0; word < fineWords; word += 1) edges += countBits(fine[at * fineWords + word] ?? 0)
  return Math.min(edges, fineBits - edges) >= edgesMin
}

/** Ones in a 32-bit word (Warren, Hacker's Delight, 5-1). */
function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
