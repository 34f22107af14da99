import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sharp } from '../../src/imaging/decoder.ts'
import { randomOf, type Random } from '../../src/shared/random.ts'
import { sourceFolder } from '../support/pictures/golden-images.ts'
import { startImaging } from '../support/pictures/imaging-process.ts'

/** ATHANOR_FUZZ_MUTANTS=10000 is a nightly dose. */
const mutantCount = Number(process.env['ATHANOR_FUZZ_MUTANTS'] ?? 500)
const seed = 20_260_101
const fileMsMax = 5_000
const inFlight = 4

const folder = mkdtempSync(join(tmpdir(), 'athanor-mutants-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function readSeeds(): Promise<Buffer[]> {
  const seeds = readdirSync(sourceFolder).map((name) => readFileSync(join(sourceFolder, name)))
  const photo = sharp(readFileSync(join(sourceFolder, 'photo-444.jpg')))
  return [
    ...seeds,
    await photo.clone().avif().toBuffer(),
    await photo.clone().resize(64).avif({ lossless: true }).toBuffer(),
    await photo.clone().tiff({ compression: 'jpeg', tile: true, tileWidth: 64, tileHeight: 64 }).toBuffer(),
    await photo.clone().tiff({ compression: 'lzw', predictor: 'horizontal' }).toBuffer(),
    await photo.clone().png({ progressive: true, palette: true }).toBuffer(),
    await photo.clone().withIccProfile('p3').jpeg().toBuffer(),
  ]
}

const telling = [0x00, 0x01, 0x7f, 0x80, 0xff]

/** Flips, overwrites, cuts, doubles or moves parts of a file; more often near its start, where the structure is. */
function mutate(bytes: Buffer, random: Random): Buffer {
  let mutant = Buffer.from(bytes)
  const any = (below: number): number => Math.floor(random() * below)
  const place = (): number => any(random() < 0.5 ? Math.min(mutant.length, 256) : mutant.length)
  for (let step = 0; step <= any(8); step += 1) {
    const at = place()
    const length = 1 + any(random() < 0.7 ? 8 : 400)
    switch (any(6)) {
      case 0:
        mutant[at] = (mutant[at] ?? 0) ^ (1 << any(8))
        break
      case 1:
        mutant.fill(telling[any(telling.length)] ?? 0, at, Math.min(at + length, mutant.length))
        break
      case 2:
        mutant = mutant.subarray(0, at + 1)
        break
      case 3:
        mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + length)])
        break
      case 4:
        mutant = Buffer.concat([mutant.subarray(0, at + length), mutant.subarray(at)])
        break
      default:
        if (at + 4 <= mutant.length) mutant.writeUInt32LE(any(2 ** 32), at)
    }
    if (mutant.length === 0) return Buffer.from(bytes.subarray(0, 1))
  }
  return mutant
}

describe('mutated images', () => {
  it(`${mutantCount} of them end readable or with a reason`, async () => {
    const seeds = await readSeeds()
    const counts: Record<string, number> = {}
    const failures: string[] = []
    let imaging = startImaging()
    let next = 0

    async function examineMutants(lane: number): Promise<void> {
      for (let index = next++; index < mutantCount; index = next++) {
        const bytes = mutate(seeds[index % seeds.length] as Buffer, randomOf(seed, index))
        const file = join(folder, `lane-${lane}`)
        writeFileSync(file, bytes)
        const startMs = performance.now()
        const used = imaging
        const outcome = await used.client.examine({ file, thumbnailPx: 64 }).then(
          (examination) => (examination.state === 'unreadable' ? examination.reason : 'readable'),
          (error: unknown) => `thrown: ${String(error)}`,
        )
        counts[outcome] = (counts[outcome] ?? 0) + 1
        if (outcome.startsWith('thrown')) {
          failures.push(`mutant ${index}: ${outcome}`)
          if (used === imaging) imaging = startImaging()
        }
        if (performance.now() - startMs > fileMsMax) failures.push(`mutant ${index} took more than ${fileMsMax} ms`)
      }
    }

    await Promise.all(Array.from({ length: inFlight }, (_, lane) => examineMutants(lane)))
    await imaging.close()
    console.log(`seed ${seed}: ${mutantCount} mutants of ${seeds.length} seeds`, counts)
    expect(failures).toEqual([])
    expect(counts['readable'] ?? 0).toBeGreaterThan(mutantCount * 0.05)
    expect(counts['corrupt'] ?? 0).toBeGreaterThan(mutantCount * 0.05)
  })
})
