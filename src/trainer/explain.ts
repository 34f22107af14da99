import type { z } from 'zod'
import type { trainer } from '../shared/contract/trainer.ts'
import type { Explanation, ModelManifest } from '../shared/domain/model.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import { cropOffsetPx } from './evaluation/crop-offset.ts'
import { gradCam } from './evaluation/grad-cam.ts'
import { softmax } from './evaluation/probabilities.ts'
import { readPixels, type PixelProblem } from './evaluation/read-pixels.ts'
import { openModel, type ModelPlace, type OpenModel } from './open-model.ts'

type ExplainInput = z.output<typeof trainer.explain.input>

/**
 * The classes of one picture and where the network saw one of them.
 * Errors: those of loading the model, no-device, not-found, bad-file where the picture cannot be read, not-finite.
 */
export async function explain(
  { file, explained, ...place }: ExplainInput,
  open: (place: ModelPlace) => Promise<OpenModel> = openModel,
): Promise<Explanation> {
  const startMs = performance.now()
  const { manifest, classifier, release } = await open(place)
  try {
    const index = explained === null ? null : indexOfClass(manifest, explained)
    const pixels = await readPixels({ file, contentHash: null }, manifest.preprocessing)
    if (pixels.problem !== null) throw pictureError(pixels.problem)
    const seen = await gradCam(classifier, pixels.values, index)
    if (!seen.logits.every(Number.isFinite)) {
      throw new AppError('not-finite', said`The output of ${manifest.id} is not finite; the model is not usable.`)
    }
    return {
      classes: rankedClasses(manifest, seen.logits),
      explained: classAt(manifest, seen.explained),
      heatMap: { rows: seen.rows.map((row) => [...row]), ...seenPart(manifest) },
      durationMs: performance.now() - startMs,
    }
  } finally {
    await release()
  }
}

function indexOfClass({ id, classes }: ModelManifest, name: string): number {
  const index = classes.findIndex((known) => known === name)
  if (index < 0) throw new AppError('not-found', said`${id} does not know the class ${name}.`)
  return index
}

function classAt({ classes }: ModelManifest, index: number) {
  const name = classes[index]
  if (name === undefined) throw new Error('The network has more outputs than the model has classes.')
  return name
}

function pictureError({ kind, message }: PixelProblem): AppError {
  return new AppError(kind === 'missing' ? 'not-found' : 'bad-file', said`The picture cannot be read: ${message}`)
}

function rankedClasses(manifest: ModelManifest, logits: Float32Array): Explanation['classes'] {
  return softmax(logits)
    .map((probability, index) => ({ name: classAt(manifest, index), probability: Math.min(1, probability) }))
    .sort((a, b) => b.probability - a.probability)
}

/** The picture is squashed to a square of which the middle is seen: its part of the width is its part of the height. */
function seenPart({ preprocessing: { resizePx, cropPx } }: ModelManifest) {
  const start = cropOffsetPx(resizePx, cropPx) / resizePx
  const side = cropPx / resizePx
  return { left: start, top: start, width: side, height: side }
}
