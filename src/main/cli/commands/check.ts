import { InvalidArgumentError, type Command } from 'commander'
import type { CheckEvent, CheckSummary } from '../../../shared/contract/labels.ts'
import type { DeviceId } from '../../../shared/domain/device.ts'
import type { DoubtReason } from '../../../shared/domain/doubt.ts'
import type { Image } from '../../../shared/domain/image.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { createProgress } from '../output/progress.ts'
import { countOf, formatPercent } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'
import { parseDevice } from './evaluate.ts'

interface CheckOptions {
  readonly limit: number
  readonly device?: DeviceId
  readonly thorough: boolean
}

/** As many rows as core gives at once. */
const limitMax = 2_000

const reasons: Readonly<Record<DoubtReason, string>> = {
  'copy-differs': 'a copy has another label',
  'looks-like-another': 'looks like another class',
  outlier: 'looks like no other image',
}

export function registerCheck(program: Command, context: Context): void {
  const { terminal } = context
  program
    .command('check')
    .summary('find labels that are probably wrong')
    .description(
      'Holds every label against what all other images say, copies that are labelled otherwise included, and lists ' +
        'those that are probably wrong, the most doubtful first. It needs no model; the studio shows the same list.',
    )
    .option('--limit <count>', 'how many to list', parseLimit, 20)
    .option(
      '--thorough',
      'also train the whole network: takes minutes, for very many images hours, and finds more',
      false,
    )
    .option('--device <device>', 'where to compute; default: the fastest', parseDevice)
    .action(async (options: CheckOptions) => {
      const workplace = await openProject(context)
      const { summary, failedCount } = await knownOrChecked(context, workplace, options)
      const doubts = await listDoubts(workplace, options.limit)
      terminal.answer({ summary, failedCount, doubts })
      for (const line of describe(summary, failedCount)) terminal.say(line)
      if (!summary.thorough) terminal.say('With --thorough it takes minutes and finds more.')
      const columns = ['IMAGE', 'LABEL', 'OTHERS SAY', '', 'WHY'].map((title) => ({ title }))
      const rows = doubts.map(({ path, label, likely, likelyProbability, reason }) => [
        path,
        label,
        likely,
        formatPercent(likelyProbability),
        reasons[reason],
      ])
      if (rows.length > 0) for (const line of ['', ...formatTable(columns, rows)]) terminal.say(line)
      const doubtedCount = totalOf(summary)
      if (doubtedCount > rows.length) terminal.say(`… and ${String(doubtedCount - rows.length)} more: --limit N`)
      if (doubtedCount > 0) {
        terminal.say()
        terminal.say(
          `Next: look at them; ${commandHint(context, 'label CLASS FILES...')} puts a label right. In the studio a key does it.`,
        )
      }
    })
}

/** A thorough check is worth minutes: while its labels are what they were, only another thorough one takes its place. */
async function knownOrChecked(context: Context, workplace: Workplace, options: CheckOptions) {
  const { core, project } = workplace
  const last = options.thorough ? null : await core.labels.lastCheck({ projectId: project.id })
  if (last?.thorough !== true || last.unchecked > 0) return checkLabels(context, workplace, options)
  context.terminal.note('Nothing has changed since the labels were checked thoroughly.')
  return { summary: last, failedCount: 0 }
}

const steps = {
  seeing: { what: 'Looking', unit: 'images' },
  comparing: { what: 'Comparing', unit: 'parts' },
  learning: { what: 'Learning', unit: 'images' },
} as const

async function checkLabels(context: Context, { core, project }: Workplace, { device, thorough }: CheckOptions) {
  const progress = createProgress(context.terminal, context.now)
  const { signal } = context.interruption
  let finished: Extract<CheckEvent, { kind: 'finished' }> | null = null
  try {
    for await (const event of core.labels.check(
      { projectId: project.id, device: device ?? null, thorough },
      { signal },
    )) {
      if (event.kind === 'finished') {
        finished = event
        continue
      }
      const { done, total } = event
      progress.update({ ...steps[event.kind], done, total })
    }
  } finally {
    progress.end()
  }
  if (finished !== null) return finished
  throw new AppError('internal', said`The check ended without a result. Run it again.`)
}

async function listDoubts({ core, project }: Workplace, limit: number) {
  const projectId = project.id
  const query = { filter: { doubted: true }, sort: 'doubt' } as const
  const { imageIds } = await core.catalog.order({ projectId, query })
  const images = await core.catalog.getMany({ projectId, imageIds: imageIds.slice(0, limit) })
  const classes = await core.labels.classes({ projectId })
  const nameOf = (id: number | undefined) => classes.find((one) => one.id === id)?.name ?? ''
  return images.flatMap(({ path, label, doubt }: Image) => {
    if (doubt === null) return []
    const { likelyClassId, ...said } = doubt
    return [{ path, label: nameOf(label?.classId), likely: nameOf(likelyClassId), ...said }]
  })
}

function describe({ checked, agreed, agreedInterval, doubted }: CheckSummary, failedCount: number): string[] {
  const parts = Object.entries(doubted).flatMap(([reason, count]) =>
    count === 0 ? [] : [`${String(count)}: ${reasons[reason as DoubtReason]}`],
  )
  const failed = failedCount === 0 ? '' : ` ${countOf(failedCount, 'image')} could not be read.`
  const found = parts.length === 0 ? 'nothing speaks against any of them' : parts.join(', ')
  const [low, high] = agreedInterval.map((ratio) => formatPercent(ratio))
  return [
    `${countOf(checked, 'label')} checked; ${found}.${failed}`,
    `Quick, judged on images that it did not learn from, agrees with ${formatPercent(agreed / Math.max(1, checked))} of them (${low ?? ''} to ${high ?? ''}).`,
  ]
}

function totalOf({ doubted }: CheckSummary): number {
  return Object.values(doubted).reduce((sum, count) => sum + count, 0)
}

function parseLimit(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= limitMax) return value
  throw new InvalidArgumentError(`Give a whole number of 1 to ${String(limitMax)}.`)
}
