import type { RunId } from '../../../shared/domain/ids.ts'
import type { ModelManifest } from '../../../shared/domain/model.ts'
import type { RunOutcome } from '../../../shared/domain/run.ts'
import type { AppErrorCode } from '../../../shared/errors.ts'
import { toAppError } from '../../../shared/errors.ts'
import type { OpenProject } from '../core-context.ts'
import { describeSpace } from './checkpoint-space.ts'
import type { RunChange } from './run-transitions.ts'

/** How a run ended, and what its row takes over from that. */
export interface Ending extends RunChange {
  readonly result: RunOutcome
}

export const stopped: Ending = { result: { outcome: 'stopped', resumable: true } }
export const interrupted: Ending = { result: { outcome: 'interrupted', resumable: true } }

/** Going on would only fail in the same way. */
const finalCodes: ReadonlySet<AppErrorCode> = new Set(['not-finite', 'bad-input'])

export function endingOfFailure(project: OpenProject, runId: RunId, thrown: unknown): Ending {
  const { code, message } = toAppError(thrown)
  const advice = code === 'disk-full' ? ` ${describeSpace(project, runId)}` : ''
  return { result: { outcome: 'failed', code, message: message + advice, resumable: !finalCodes.has(code) } }
}

/** The accuracy is that on the test images, or on the validation images where there are no others. */
export function endingOfModel({ id, evaluations, device }: ModelManifest): Ending {
  const evaluation = evaluations.find(({ split }) => split === 'test') ?? evaluations[0]
  return {
    result: { outcome: 'done', modelId: id },
    modelId: id,
    device,
    accuracy: evaluation?.accuracy ?? null,
    judgedCount: evaluation?.imageCount ?? null,
  }
}
