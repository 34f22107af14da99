import type { DeviceId } from '../../../shared/domain/device.ts'
import type { ModelId } from '../../../shared/domain/ids.ts'
import type { Evaluation } from '../../../shared/domain/metrics.ts'
import type { Split } from '../../../shared/domain/split.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Context } from '../context.ts'
import type { Workplace } from '../open-project.ts'
import { createProgress } from '../output/progress.ts'

export interface EvaluationWish {
  readonly modelId: ModelId
  readonly split: Split
  readonly device: DeviceId | null
}

/** Evaluates with progress. */
export async function evaluateModel(
  context: Context,
  { core, project }: Workplace,
  wish: EvaluationWish,
): Promise<Evaluation> {
  const progress = createProgress(context.terminal, context.now)
  const { signal } = context.interruption
  try {
    for await (const event of core.models.evaluate({ projectId: project.id, ...wish }, { signal })) {
      if (event.kind === 'finished') return event.evaluation
      progress.update({ what: 'Evaluating', done: event.done, total: event.total, unit: 'images' })
    }
  } finally {
    progress.end()
  }
  throw new AppError('internal', said`The evaluation ended without a result. Run it again.`)
}
