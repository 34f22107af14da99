import { normalOf, type Random } from '../../shared/random.ts'
import { sharp } from '../decoder.ts'
import { createPen } from './pen.ts'

/** A picture as a file. */
export interface FinishedPicture {
  readonly bytes: Uint8Array
  readonly extension: 'jpg' | 'png' | 'webp'
}

/** Turns drawn pixels (8-bit RGB, square) into something that a camera might have taken: exposure, noise, blur, coding. */
export async function finishPicture(values: Uint8Array, sidePx: number, random: Random): Promise<FinishedPicture> {
  const pen = createPen(random)
  addNoise(values, { exposure: pen.between(0.8, 1.15), deviation: pen.pick([1, 3, 6, 10]), normal: normalOf(random) })
  let pipeline = sharp(values, { raw: { width: sidePx, height: sidePx, channels: 3 } })
  if (pen.chance(0.5)) pipeline = pipeline.blur(pen.between(0.4, 1.6))
  const kind = pen.between(0, 1)
  if (kind < 0.8) {
    return { extension: 'jpg', bytes: await pipeline.jpeg({ quality: Math.round(pen.between(55, 92)) }).toBuffer() }
  }
  if (kind < 0.9) return { extension: 'png', bytes: await pipeline.png({ compressionLevel: 6 }).toBuffer() }
  return {
    extension: 'webp',
    bytes: await pipeline.webp({ quality: Math.round(pen.between(60, 90)), effort: 2 }).toBuffer(),
  }
}

interface Noise {
  readonly exposure: number
  /** In grey levels. */
  readonly deviation: number
  readonly normal: Random
}

function addNoise(values: Uint8Array, { exposure, deviation, normal }: Noise): void {
  for (let index = 0; index < values.length; index += 1) {
    const level = (values[index] as number) * exposure + normal() * deviation
    values[index] = Math.max(0, Math.min(255, Math.round(level)))
  }
}
