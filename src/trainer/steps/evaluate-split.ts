import { join } from 'node:path'
import type { Evaluation } from '../../shared/domain/metrics.ts'
import type { TrainerEvent } from '../../shared/domain/run.ts'
import type { Split } from '../../shared/domain/split.ts'
import { infer } from '../evaluation/infer.ts'
import { inferenceBatchSize } from '../evaluation/open-classifier.ts'
import { summarize } from '../evaluation/summarize.ts'
import type { Sample } from '../evaluation/summarize.ts'
import { createProgress } from './progress.ts'
import type { Session } from './session.ts'

/** How good the network is now on one split of the dataset. */
export async function* evaluateSplit(session: Session, split: Split): AsyncGenerator<TrainerEvent, Evaluation> {
  const { job, world, preprocessing, missing: register } = session
  const items = session.entries[split].map((entry) => ({
    entry,
    file: join(job.imageFolder, entry.path),
    contentHash: entry.contentHash,
  }))
  const progress = createProgress({ phase: 'evaluating', total: items.length, now: world.now })
  const samples: Sample[] = []
  const missing: { path: string; reason: string }[] = []
  let done = 0
  const batchSize = inferenceBatchSize(preprocessing.cropPx)
  for await (const { results } of infer(session, items, { batchSize, signal: world.signal })) {
    world.signal.throwIfAborted()
    for (const { item, output, problem } of results) {
      if (problem === null) samples.push({ ...item.entry, logits: output })
      else {
        missing.push({ path: item.entry.path, reason: problem.message })
        register.note(item.entry.path, problem)
      }
    }
    done += results.length
    const event = progress.step(done)
    if (event) yield event
  }
  return summarize({ split, classes: job.dataset.classes, samples, missing })
}

/** Of every split that has images, but training. */
export async function* evaluateAll(session: Session): AsyncGenerator<TrainerEvent, Evaluation[]> {
  const evaluations: Evaluation[] = []
  for (const split of ['validation', 'test'] as const) {
    if (session.entries[split].length === 0) continue
    const evaluation = yield* evaluateSplit(session, split)
    evaluations.push(evaluation)
    yield { kind: 'evaluation', evaluation }
  }
  yield* session.missing.takeWarnings()
  return evaluations
}
