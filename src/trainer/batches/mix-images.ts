import { randomOf, shuffled, type Random } from '../../shared/random.ts'

/** How the images of a part are blended with each other. */
export interface Mix {
  /** The image that each one is blended with. */
  readonly partners: readonly number[]
  /** Of the image itself, 0.5 to 1. */
  readonly share: number
}

/**
 * How a part is blended under mixup (Zhang et al. 2018): the share is drawn from Beta(alpha, alpha), and its larger side is
 * the image's own, so that each image is mostly itself. Depends on the keys alone. Null where alpha is 0.
 */
export function drawMix(imageCount: number, alpha: number, keys: readonly number[]): Mix | null {
  if (alpha === 0 || imageCount < 2) return null
  const random = randomOf(...keys)
  const share = betaOf(alpha, random)
  return { partners: shuffled([...Array(imageCount).keys()], random), share: Math.max(share, 1 - share) }
}

/** Symmetric, for alpha of at most 1 (Jöhnk 1964). */
function betaOf(alpha: number, random: Random): number {
  for (;;) {
    const [one, other] = [random() ** (1 / alpha), random() ** (1 / alpha)]
    if (one + other <= 1 && one + other > 0) return one / (one + other)
  }
}

/** The blended pixels of a part; `pixels` are those of its images, one after the other. */
export function mixPixels(pixels: Float32Array, { partners, share }: Mix): Float32Array<ArrayBuffer> {
  const perImage = pixels.length / partners.length
  const mixed = new Float32Array(pixels.length)
  partners.forEach((partner, image) => {
    const [own, other] = [image * perImage, partner * perImage]
    for (let at = 0; at < perImage; at += 1) {
      mixed[own + at] = share * (pixels[own + at] ?? 0) + (1 - share) * (pixels[other + at] ?? 0)
    }
  })
  return mixed
}
