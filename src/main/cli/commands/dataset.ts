import { InvalidArgumentError, type Command } from 'commander'
import { z } from 'zod'
import { FreezeOptions } from '../../../shared/contract/datasets.ts'
import { SplitRatios, type Dataset, type Leak } from '../../../shared/domain/dataset.ts'
import { DatasetId } from '../../../shared/domain/ids.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { countOf, formatCount, formatTime } from '../output/quantities.ts'
import { formatTable, type Column } from '../output/table.ts'
import { argumentOf, numberOf } from '../parse-arguments.ts'

const shownLeaks = 20
const seed = z.int('expected a whole number').min(0).max(0xffffffff)
const distance = z.int('expected a whole number').min(0).max(16)

interface FreezeFlags {
  readonly seed?: number
  readonly ratios?: SplitRatios
  readonly dropLeaks?: true
  readonly nearDistanceBits?: number
}

export function registerDataset(program: Command, context: Context): void {
  const { terminal } = context
  const dataset = program
    .command('dataset')
    .description('Freezes the labelled images into a dataset with its splits, lists datasets, and finds leaks.')

  dataset
    .command('freeze')
    .description('Freezes what is labelled now. The same labels and options give the same dataset.')
    .option('--seed <number>', 'from which the split derives (default 0)', numberOf(seed))
    .option('--ratios <ratios>', 'train/validation/test, such as 80/10/10, for what no folder decided', parseRatios)
    .option('--drop-leaks', 'leave training images out that leak into validation or test')
    .option(
      '--near-distance-bits <bits>',
      'perceptual hashes that differ in so many bits are near (default 4)',
      numberOf(distance),
    )
    .action(async (flags: FreezeFlags) => {
      const { core, project } = await openProject(context)
      const frozen = await core.datasets.freeze({ projectId: project.id, options: FreezeOptions.parse(flags) })
      terminal.answer({ dataset: frozen })
      describeDataset(context, frozen)
      terminal.say()
      terminal.say(`Next: ${commandHint(context, `tune --dataset ${frozen.id}`)}`)
    })

  dataset
    .command('list', { isDefault: true })
    .description('Lists the datasets, newest first.')
    .action(async () => {
      const { core, project } = await openProject(context)
      const list = await core.datasets.list({ projectId: project.id })
      terminal.answer({ datasets: list })
      if (list.length === 0)
        terminal.say(
          `No dataset yet. Next: ${commandHint(context, 'dataset freeze')}, or ${commandHint(context, 'tune')}, which freezes one.`,
        )
      else for (const line of formatTable(listColumns, list.map(listRow))) terminal.say(line)
    })

  dataset
    .command('show')
    .description('Shows the classes, splits and leaks of a dataset; with --json also its entries.')
    .argument('[dataset]', 'default: the newest', argumentOf(DatasetId))
    .action(async (given: DatasetId | undefined) => {
      const workplace = await openProject(context)
      const { core, project } = workplace
      const shown = await findDataset(workplace, given)
      if (terminal.isJson) {
        const entries = await core.datasets.entries({ projectId: project.id, datasetId: shown.id })
        terminal.answer({ dataset: shown, entries })
      }
      describeDataset(context, shown)
    })

  dataset
    .command('leaks')
    .description('Finds images that are in two of the splits that folders gave, the same or nearly so.')
    .option(
      '--near-distance-bits <bits>',
      'perceptual hashes that differ in so many bits are near (default 4)',
      numberOf(distance),
    )
    .action(async ({ nearDistanceBits }: { nearDistanceBits?: number }) => {
      const { core, project } = await openProject(context)
      const leaks = await core.datasets.leaks({
        projectId: project.id,
        ...(nearDistanceBits !== undefined && { nearDistanceBits }),
      })
      terminal.answer({ leaks })
      describeLeaks(context, leaks)
      if (leaks.length > 0) terminal.say(`Next: ${commandHint(context, 'dataset freeze --drop-leaks')}`)
    })
}

async function findDataset({ core, project }: Workplace, given: DatasetId | undefined): Promise<Dataset> {
  if (given !== undefined) return core.datasets.get({ projectId: project.id, datasetId: given })
  const [newest] = await core.datasets.list({ projectId: project.id })
  if (newest === undefined)
    throw new AppError('not-found', said`There is no dataset yet. Make one with: athanor dataset freeze`)
  return newest
}

/** "80/10/10", "0.8/0.1/0.1": parts of whatever they add up to. */
function parseRatios(text: string): SplitRatios {
  const parts = text.split(/[/,:]/).map(Number)
  const [train = Number.NaN, validation = Number.NaN, test = Number.NaN] = parts
  const sum = train + validation + test
  const parsed = SplitRatios.safeParse({ train: train / sum, validation: validation / sum, test: test / sum })
  if (parts.length === 3 && parsed.success) return parsed.data
  throw new InvalidArgumentError('Give train/validation/test, such as 80/10/10, with something for train.')
}

const splitColumns = ['TRAIN', 'VALIDATION', 'TEST'].map((title): Column => ({ title, align: 'right' }))
const listColumns: readonly Column[] = [
  { title: 'DATASET' },
  { title: 'FROZEN' },
  { title: 'CLASSES', align: 'right' },
  ...splitColumns,
  { title: 'LEAKS', align: 'right' },
]

function listRow(dataset: Dataset): string[] {
  return [
    dataset.id,
    formatTime(dataset.createdAtMs),
    String(dataset.classes.length),
    ...splitTotals(dataset).map(formatCount),
    formatCount(dataset.leaks.length),
  ]
}

/** Training, validation and test images over all classes. */
export function splitTotals({ countsByClass }: Dataset): [number, number, number] {
  const sum = (split: 'train' | 'validation' | 'test'): number =>
    countsByClass.reduce((total, counts) => total + counts[split], 0)
  return [sum('train'), sum('validation'), sum('test')]
}

function describeDataset({ terminal, ...rest }: Context, dataset: Dataset): void {
  terminal.say(`${dataset.id}, frozen ${formatTime(dataset.createdAtMs)}, seed ${String(dataset.seed)}`)
  terminal.say()
  const rows = dataset.classes.map((name, index) => {
    const counts = dataset.countsByClass[index]
    return [name, ...[counts?.train, counts?.validation, counts?.test].map((count) => formatCount(count ?? 0))]
  })
  const table = formatTable(
    [{ title: 'CLASS' }, ...splitColumns],
    [...rows, ['all', ...splitTotals(dataset).map(formatCount)]],
  )
  for (const line of table) terminal.say(line)
  terminal.say()
  describeLeaks({ terminal, ...rest }, dataset.leaks)
  if (dataset.droppedLeakCount > 0) {
    terminal.say(`${countOf(dataset.droppedLeakCount, 'training image')} left out because of them.`)
  }
}

function describeLeaks({ terminal }: Context, leaks: readonly Leak[]): void {
  if (leaks.length === 0) return terminal.say('No image is in two splits.')
  terminal.say(`${countOf(leaks.length, 'pair')} of images in two splits:`)
  for (const { kind, distanceBits, a, b } of leaks.slice(0, shownLeaks)) {
    const how = kind === 'exact' ? 'same file' : `nearly the same, ${countOf(distanceBits, 'bit')} apart`
    terminal.say(`  ${a.split}: ${a.path}  =  ${b.split}: ${b.path}  (${how})`)
  }
  if (leaks.length > shownLeaks)
    terminal.say(`  … and ${formatCount(leaks.length - shownLeaks)} more (--json lists all)`)
}
