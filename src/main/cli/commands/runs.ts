import type { Command } from 'commander'
import { RunId } from '../../../shared/domain/ids.ts'
import { presets } from '../../../shared/domain/recipe.ts'
import { accuracyIntervalOf, type Run } from '../../../shared/domain/run.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { describeHeadline } from '../output/describe-evaluation.ts'
import { formatDuration, formatPercent, formatTime } from '../output/quantities.ts'
import { formatPairs, formatTable } from '../output/table.ts'
import { argumentOf } from '../parse-arguments.ts'
import { formatSetting, recipeSettings } from '../recipe-settings.ts'
import { createRunRecord, describeEpoch, type RunRecord } from '../steps/follow-run.ts'

export function registerRuns(program: Command, context: Context): void {
  program
    .command('runs')
    .summary('list runs, or show one')
    .description('Lists the runs of the project, newest first, or shows one with its settings and epochs.')
    .argument('[run]', 'show this one', argumentOf(RunId))
    .action(async (runId: RunId | undefined) => {
      const workplace = await openProject(context)
      await (runId === undefined ? listRuns(context, workplace) : showRun(context, workplace, runId))
    })
}

async function listRuns(context: Context, { core, project }: Workplace): Promise<void> {
  const { terminal } = context
  const runs = await core.runs.list({ projectId: project.id })
  terminal.answer({ runs })
  if (runs.length === 0) return terminal.say(`No runs yet. Next: ${commandHint(context, 'tune')}`)
  const table = formatTable(
    [
      { title: 'RUN' },
      { title: 'STATE' },
      { title: 'PRESET' },
      { title: 'DATASET' },
      { title: 'DEVICE' },
      { title: 'STARTED' },
      { title: 'TOOK', align: 'right' },
      { title: 'RIGHT', align: 'right' },
      { title: 'MODEL' },
    ],
    runs.map((run) => [
      run.id,
      run.state,
      run.recipe.preset,
      run.datasetId,
      run.device,
      formatTime(run.startedAtMs ?? run.createdAtMs),
      durationOf(run),
      formatAccuracy(run),
      run.modelId,
    ]),
  )
  for (const line of table) terminal.say(line)
  terminal.say()
  const [newest] = runs
  const next = [`runs ${newest?.id ?? 'RUN'}`, ...(newest === undefined ? [] : nextFor(newest))]
  terminal.say(`Next: ${next.map((words) => commandHint(context, words)).join(', ')}`)
}

/** With its interval: of few test images a percentage alone promises too much. */
function formatAccuracy(run: Run): string {
  const interval = accuracyIntervalOf(run)
  const accuracy = formatPercent(run.accuracy)
  return interval === null ? accuracy : `${accuracy} (${interval.map(formatPercent).join(' to ')})`
}

/** At most one command. */
function nextFor(run: Run): string[] {
  if (run.modelId !== null) return [`evaluate ${run.modelId}`]
  return ['stopped', 'interrupted', 'failed'].includes(run.state) ? [`resume ${run.id}`] : []
}

async function showRun(context: Context, workplace: Workplace, runId: RunId): Promise<void> {
  const { terminal } = context
  const { core, project } = workplace
  const run = await core.runs.get({ projectId: project.id, runId })
  const record = await readRecord(workplace, run)
  terminal.answer({ run, ...record })
  const pairs: [string, string][] = [
    ['state', run.state],
    ['dataset', run.datasetId],
    ['device', run.device ?? '-'],
    ['started', run.startedAtMs === null ? '-' : formatTime(run.startedAtMs)],
    ['took', durationOf(run)],
    ['preset', run.recipe.preset],
    ...changedSettings(run),
  ]
  terminal.say(run.id)
  for (const line of formatPairs(pairs)) terminal.say(`  ${line}`)
  for (const metrics of record.epochs) terminal.say(describeEpoch(metrics))
  for (const warning of record.warnings) terminal.say(`Note: ${warning}`)
  for (const evaluation of record.evaluations) terminal.say(describeHeadline(evaluation))
  if (run.result?.outcome === 'failed') terminal.say(`It failed: ${run.result.message}`)
  for (const words of nextFor(run)) terminal.say(`Next: ${commandHint(context, words)}`)
}

/** The events so far. A run that is still going on in another program is not waited for. */
async function readRecord({ core, project }: Workplace, run: Run): Promise<RunRecord> {
  const record = createRunRecord()
  const isEnded = run.result !== null || run.endedAtMs !== null
  const signal = isEnded ? undefined : AbortSignal.timeout(1_000)
  try {
    const events = core.runs.watch({ projectId: project.id, runId: run.id }, signal === undefined ? {} : { signal })
    for await (const { event } of events) record.add(event)
  } catch (thrown) {
    if (signal?.aborted !== true) throw thrown
  }
  return record.result()
}

function changedSettings({ recipe }: Run): [string, string][] {
  return recipeSettings
    .filter(({ name }) => recipe[name] !== presets[recipe.preset][name])
    .map(({ name, flag }) => [flag, formatSetting(recipe[name])])
}

function durationOf({ startedAtMs, endedAtMs }: Run): string {
  return startedAtMs === null || endedAtMs === null ? '-' : formatDuration(endedAtMs - startedAtMs)
}
