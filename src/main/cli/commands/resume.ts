import type { Command } from 'commander'
import { RunId } from '../../../shared/domain/ids.ts'
import type { RunState } from '../../../shared/domain/run.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import type { Context } from '../context.ts'
import { openProject } from '../open-project.ts'
import { argumentOf } from '../parse-arguments.ts'
import { finishRun } from '../steps/finish-run.ts'
import { readHistory } from '../steps/follow-run.ts'
import { sayNext } from './tune.ts'

export function registerResume(program: Command, context: Context): void {
  program
    .command('resume')
    .summary('go on with a run that was stopped')
    .description('Goes on with a run that was stopped, failed or was interrupted, from its last checkpoint.')
    .argument('[run]', 'default: the newest that can go on', argumentOf(RunId))
    .action(async (given: RunId | undefined) => {
      const workplace = await openProject(context)
      const { core, project } = workplace
      const projectId = project.id
      const runId = given ?? newestUnfinished(await core.runs.list({ projectId }))
      const { state } = await core.runs.get({ projectId, runId })
      // Read before it goes on, so that only what is new is shown.
      const history = resumableStates.has(state) ? await readHistory(workplace, runId) : undefined
      const run = await core.runs.resume({ projectId, runId })
      context.terminal.note(`${run.id} goes on.`)
      const finished = await finishRun(context, workplace, run, history)
      context.terminal.answer({ run: finished.run, model: finished.model })
      if (finished.model !== null) sayNext(context)
    })
}

const resumableStates: ReadonlySet<RunState> = new Set(['stopped', 'interrupted', 'failed'])

function newestUnfinished(runs: readonly { readonly id: RunId; readonly state: RunState }[]): RunId {
  const run = runs.find(({ state }) => resumableStates.has(state))
  if (run !== undefined) return run.id
  throw new AppError('not-found', said`No run was stopped before its end. See them with: athanor runs`)
}
