import type { ModelManifest } from '../../../shared/domain/model.ts'
import type { Run } from '../../../shared/domain/run.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { exitCodes, exitCodeOf } from '../exit-codes.ts'
import type { Workplace } from '../open-project.ts'
import { describeFolds, describeHeadline } from '../output/describe-evaluation.ts'
import { formatDuration } from '../output/quantities.ts'
import { withFlags } from '../recipe-settings.ts'
import { followRun, type RunHistory, type RunRecord } from './follow-run.ts'

export interface FinishedRun {
  readonly run: Run
  readonly record: RunRecord
  /** Null where the run did not come to its end. */
  readonly model: ModelManifest | null
}

/** Follows a run, and says how it ended and how to go on. A run that did not come to its end sets the exit code. */
export async function finishRun(
  context: Context,
  workplace: Workplace,
  started: Run,
  before?: RunHistory,
): Promise<FinishedRun> {
  const { core, project } = workplace
  const projectId = project.id
  const record = await followRun(context, workplace, started, before)
  const run = await core.runs.get({ projectId, runId: started.id })
  const modelId = record.outcome?.outcome === 'done' ? record.outcome.modelId : null
  const model = modelId === null ? null : await core.models.get({ projectId, modelId })
  if (model === null) sayHowItEnded(context, run, record)
  else saySuccess(context, run, model)
  return { run, record, model }
}

function saySuccess({ terminal }: Context, run: Run, model: ModelManifest): void {
  const took =
    run.startedAtMs === null || run.endedAtMs === null ? '' : ` in ${formatDuration(run.endedAtMs - run.startedAtMs)}`
  const evaluation = model.evaluations.find(({ split }) => split === 'test') ?? model.evaluations[0]
  terminal.say(`${run.id} is done${took}. It made ${model.id}.`)
  if (evaluation !== undefined) terminal.say(describeHeadline(evaluation))
  for (const line of describeFolds(model)) terminal.say(line)
}

function sayHowItEnded(context: Context, run: Run, { outcome }: RunRecord): void {
  const { terminal, interruption, setExitCode } = context
  const isResumable = outcome !== null && outcome.outcome !== 'done' && outcome.resumable
  const goOn = isResumable
    ? `Go on with: ${commandHint(context, `resume ${run.id}`)}`
    : `It has no checkpoint yet: start it again with ${commandHint(context, 'tune')}.`
  if (outcome?.outcome === 'failed') {
    terminal.note(withFlags(`${run.id} failed: ${outcome.message}`))
    if (isResumable) terminal.note(goOn)
    return setExitCode(exitCodeOf(outcome.code))
  }
  const how = outcome?.outcome === 'interrupted' ? 'was interrupted' : 'is stopped'
  terminal.note(`${run.id} ${how}. ${goOn}`)
  setExitCode(interruption.cause === null ? exitCodes.failed.code : interruption.exitCode)
}
