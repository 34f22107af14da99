import { InvalidArgumentError, type Command } from 'commander'
import { DatasetId, type ProjectId } from '../../../shared/domain/ids.ts'
import { Preset, type RecipeOverrides } from '../../../shared/domain/recipe.ts'
import type { PlanFinding } from '../../../shared/contract/runs.ts'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { describeProfile } from '../output/describe-profile.ts'
import { countOf, formatDuration } from '../output/quantities.ts'
import { argumentOf } from '../parse-arguments.ts'
import { addRecipeFlags, overridesOf } from '../recipe-flags.ts'
import { kebabCase } from '../recipe-settings.ts'
import { finishRun } from '../steps/finish-run.ts'
import { importImages } from '../steps/import-images.ts'
import { splitTotals } from './dataset.ts'

const presetsInWords = [
  'Presets:',
  '  quick         the backbone as it is, only the output layer is fitted: seconds to a few minutes',
  '  fine-tune     the output layer first, then everything: best accuracy (default)',
  '  reference     the textbook recipe, to the letter',
  '  from-scratch  random start, to see what pretraining was worth',
].join('\n')

export function registerTune(program: Command, context: Context): void {
  const command = program
    .command('tune')
    .summary('train a classifier on the labelled images')
    .description(
      'Trains a classifier on the labelled images. With FOLDER, that folder is imported first. Ctrl-C makes a ' +
        'checkpoint and stops; "athanor resume RUN" goes on from it.',
    )
    .argument('[folder]', 'the image folder; default: that of the project here, as it was imported last')
    .option('--preset <preset>', 'what the settings start from', parsePreset, 'fine-tune')
    .option('--dataset <dataset>', 'train on this frozen dataset instead of the labels of now', argumentOf(DatasetId))
    .option(
      '--minutes <minutes>',
      'make the most of about so many minutes: passes, depth and size are chosen',
      parseMinutes,
    )
    .option('--profile', 'say at the end where the time of training went, kernel by kernel')
  addRecipeFlags(command)
  command
    .addHelpText('after', `\n${presetsInWords}`)
    .action(async (folder: string | undefined, options: Record<string, unknown> & TuneOptions) => {
      const overrides = overridesOf(options)
      const workplace = await openProject(context, { folder, create: folder !== undefined })
      const { core, project } = workplace
      const projectId = project.id
      if (folder !== undefined) await importImages(context, workplace, { labelsFromFolders: true })
      const wish = await withinBudget(context, workplace, {
        ...{ projectId, preset: options.preset, overrides, datasetId: options.dataset ?? null },
        minutes: options.minutes,
      })
      const { findings } = await core.runs.plan(wish)
      const run = await core.runs.start(wish)
      const dataset = await core.datasets.get({ projectId, datasetId: run.datasetId })
      context.terminal.note(`${run.id}: ${options.preset} on ${describeImages(dataset)}.`)
      noteBackbone(context, findings)
      const finished = await finishRun(context, workplace, run)
      const profile = options.profile === true ? finished.record.profile : null
      context.terminal.answer({ run: finished.run, model: finished.model, ...(profile && { profile }) })
      for (const line of profile === null ? [] : describeProfile(profile)) context.terminal.say(line)
      if (finished.model !== null) sayNext(context)
    })
}

interface TuneOptions {
  readonly preset: Preset
  readonly dataset?: DatasetId
  readonly profile?: boolean
  readonly minutes?: number
}

interface Wish {
  readonly projectId: ProjectId
  readonly preset: Preset
  readonly overrides: RecipeOverrides
  readonly datasetId: DatasetId | null
}

/** Measures the device, unless an earlier run has told, and says what it chose. */
async function withinBudget(
  { terminal, interruption }: Context,
  { core }: Workplace,
  { minutes, ...wish }: Wish & { readonly minutes: number | undefined },
): Promise<Wish> {
  if (minutes === undefined) return wish
  terminal.draw('Measuring the device …')
  const planned = await core.runs
    .budget({ ...wish, minutes }, { signal: interruption.signal })
    .finally(() => terminal.draw(null))
  const { overrides, estimate } = planned
  const chosen = Object.entries(overrides).map(([name, value]) => `--${kebabCase(name)} ${String(value)}`)
  terminal.note(
    `For ${String(minutes)} min: ${chosen.join(' ')}; about ${formatDuration(estimate.seconds * 1000)} on ${estimate.deviceName}.`,
  )
  return { ...wish, overrides: { ...wish.overrides, ...overrides } }
}

/** Where a better start can be had, a person should know. */
function noteBackbone({ terminal }: Context, findings: readonly PlanFinding[]): void {
  const shipped = findings.find(({ code }) => code === 'backbone-shipped')
  if (shipped?.code !== 'backbone-shipped') return
  terminal.note(
    `It starts from ${shipped.backbone}, which comes with Athanor and learned from drawn pictures. ` +
      `For photographs ${shipped.better} is better: athanor backbone fetch ${shipped.better}`,
  )
}

export function sayNext(context: Context): void {
  const [evaluate, predict, exporting] = ['evaluate', 'predict FILES...', 'export'].map((words) =>
    commandHint(context, words),
  )
  context.terminal.say(`Next: ${evaluate ?? ''} (what it gets wrong), ${predict ?? ''}, ${exporting ?? ''}`)
}

/** "dataset-1: 3 classes, 240 training, 30 validation and 30 test images". */
export function describeImages(dataset: Dataset): string {
  const [train, validation, test] = splitTotals(dataset)
  return (
    `${dataset.id}: ${countOf(dataset.classes.length, 'class', 'classes')}, ${String(train)} training, ` +
    `${String(validation)} validation and ${countOf(test, 'test image')}`
  )
}

function parseMinutes(text: string): number {
  const minutes = Number(text)
  if (text.trim() !== '' && minutes >= 0.1 && minutes <= 100_000) return minutes
  throw new InvalidArgumentError('Give a number of minutes, at least 0.1.')
}

function parsePreset(text: string): Preset {
  const parsed = Preset.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(`It can be ${Preset.options.join(', ')}.`)
}
