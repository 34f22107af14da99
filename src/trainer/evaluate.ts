import { join } from 'node:path'
import type { z } from 'zod'
import type { EvaluateEvent } from '../shared/contract/models.ts'
import type { trainer } from '../shared/contract/trainer.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { infer } from './evaluation/infer.ts'
import { inferenceBatchSize } from './evaluation/open-classifier.ts'
import { createProgressGate } from './evaluation/progress-gate.ts'
import { summarize, type Sample } from './evaluation/summarize.ts'
import { openModel } from './open-model.ts'

type EvaluateInput = z.output<typeof trainer.evaluate.input>

/**
 * Evaluates a model on the entries of one split. Images that are gone, changed or unreadable are listed with the result.
 * Errors: those of loading the model, no-device, not-enough-data where there is no image.
 */
export async function* evaluate(
  { modelFolder, device, imageFolder, split, entries }: EvaluateInput,
  { signal }: HandlerContext,
): AsyncGenerator<EvaluateEvent, void, undefined> {
  const items = entries
    .filter((entry) => entry.split === split)
    .map((entry) => ({ file: join(imageFolder, entry.path), contentHash: entry.contentHash, entry }))
  if (items.length === 0) throw new AppError('not-enough-data', said`The dataset has no images in its ${split} split.`)
  const { manifest, classifier, release } = await openModel({ modelFolder, device })
  try {
    const samples: Sample[] = []
    const missing: { path: string; reason: string }[] = []
    const isDue = createProgressGate()
    yield { kind: 'progress', done: 0, total: items.length }
    const batchSize = inferenceBatchSize(classifier.preprocessing.cropPx)
    for await (const { results } of infer(classifier, items, { batchSize, signal })) {
      for (const { item, output, problem } of results) {
        const { imageId, path, classIndex } = item.entry
        if (problem === null) samples.push({ imageId, path, classIndex, logits: output })
        else missing.push({ path, reason: problem.message })
      }
      const done = samples.length + missing.length
      if (isDue(done, items.length)) yield { kind: 'progress', done, total: items.length }
    }
    if (samples.length === 0) {
      throw new AppError(
        'not-enough-data',
        said`None of the ${items.length} images of the ${split} split can be read; ${missing[0]?.path ?? ''}:
          ${missing[0]?.reason ?? ''}`,
      )
    }
    const { classes } = manifest
    yield { kind: 'finished', evaluation: summarize({ split, classes, samples, missing }) }
  } finally {
    await release()
  }
}
