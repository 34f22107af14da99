import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Preprocessing } from '../../shared/domain/backbone.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'

/** Names of the files that every export has. */
export const exportFiles = {
  readme: 'README.md',
  card: 'model-card.md',
  classes: 'classes.json',
  preprocessing: 'preprocessing.json',
  parity: 'parity.json',
  golden: 'golden.json',
  goldenFolder: 'golden',
} as const

/** Indented, so that a person can read it and a diff shows what changed. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** `preprocessing.json`: numbers for programs and words for people. */
export function preprocessingText(preprocessing: Preprocessing): string {
  const { resizePx, cropPx, seesMirrored } = preprocessing
  return jsonText({
    ...preprocessing,
    channels: 'RGB',
    steps: [
      'decode to 8-bit sRGB, turn upright by the EXIF orientation, put transparent pictures on white',
      `squash to ${String(resizePx)}x${String(resizePx)} with an antialiasing triangle filter (PIL: BILINEAR)`,
      `cut out the centre, ${String(cropPx)}x${String(cropPx)}`,
      'divide by 255, subtract mean, divide by deviation, channel by channel',
      ...(seesMirrored === true
        ? [
            'look at that and at its mirror image, left for right, and take the mean of the logits: graphs do it themselves',
          ]
        : []),
    ],
  })
}

export async function readClasses(folder: string): Promise<string[]> {
  return z.array(z.string()).parse(await readJson(join(folder, exportFiles.classes)))
}

export async function readPreprocessing(folder: string): Promise<Preprocessing> {
  const {
    steps: _steps,
    channels: _channels,
    ...rest
  } = z.record(z.string(), z.unknown()).parse(await readJson(join(folder, exportFiles.preprocessing)))
  return Preprocessing.parse(rest)
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new AppError('bad-file', said`${file} cannot be read back.`, { cause })
  }
}
