import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import type { DeviceId } from '../../../shared/domain/device.ts'
import { ModelId } from '../../../shared/domain/ids.ts'
import type { ModelSummary, Prediction } from '../../../shared/domain/model.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { csvLine } from '../output/csv.ts'
import { createProgress } from '../output/progress.ts'
import { countOf, formatPercent } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'
import { findModel } from '../steps/find-model.ts'
import { parseDevice } from './evaluate.ts'

interface PredictOptions {
  readonly csv?: true
  readonly device?: DeviceId
}

export function registerPredict(program: Command, context: Context): void {
  program
    .command('predict')
    .summary('say what is in images')
    .description(
      'Says for each image, or for all images below folders, which class it shows and how sure the model is.',
    )
    .usage('[MODEL] FILES|FOLDERS... [options]')
    .argument('<arguments...>', 'a model such as model-1 (default: the newest), then files or folders')
    .option('--csv', 'print CSV: path, predicted, confidence, one column per class, error')
    .option('--device <device>', 'where to compute; default: the fastest', parseDevice)
    .action(async (words: string[], options: PredictOptions) => {
      if (options.csv === true && context.terminal.isJson)
        throw new AppError('bad-input', said`Give --csv or --json, not both.`)
      const { given, files } = splitArguments(words, context.workingFolder)
      const workplace = await openProject(context)
      const model = await findModel(workplace, given)
      const paths = files.map((file) => resolve(context.workingFolder, file))
      const predictions = await predict(context, workplace, { model, paths, device: options.device ?? null })
      context.terminal.answer({ modelId: model.id, classes: model.classes, predictions })
      if (options.csv === true) printCsv(context, model, predictions)
      else printTable(context, model, predictions)
      const isAnyRead = predictions.some(({ predicted }) => predicted !== null)
      if (!isAnyRead) context.setExitCode(exitCodes.badInput.code)
    })
}

/** The first word is a model where it looks like one and no file has that name. */
function splitArguments(
  words: readonly string[],
  folder: string,
): { given: string | undefined; files: readonly string[] } {
  const [first = '', ...rest] = words
  const isModel = ModelId.safeParse(first).success && !existsSync(resolve(folder, first))
  const files = isModel ? rest : words
  if (files.length === 0) throw new AppError('bad-input', said`Give files or folders: athanor predict [MODEL] FILES...`)
  const absent = files.find((file) => !existsSync(resolve(folder, file)))
  if (absent !== undefined) throw new AppError('not-found', said`There is no file or folder ${absent}.`)
  return { given: isModel ? first : undefined, files }
}

async function predict(
  context: Context,
  { core, project }: Workplace,
  { model, paths, device }: { model: ModelSummary; paths: string[]; device: DeviceId | null },
): Promise<Prediction[]> {
  const progress = createProgress(context.terminal, context.now)
  const { signal } = context.interruption
  const predictions: Prediction[] = []
  const input = { projectId: project.id, modelId: model.id, paths, device }
  try {
    for await (const event of core.models.predict(input, { signal })) {
      if (event.kind === 'predictions') predictions.push(...event.predictions)
      else progress.update({ what: 'Predicting', done: event.done, total: event.total, unit: 'images' })
    }
  } finally {
    progress.end()
  }
  return predictions
}

function printCsv({ terminal }: Context, { classes }: ModelSummary, predictions: readonly Prediction[]): void {
  terminal.emit(csvLine(['path', 'predicted', 'confidence', ...classes, 'error']))
  for (const { path, predicted, confidence, probabilities, error } of predictions) {
    terminal.emit(
      csvLine([path, predicted, confidence, ...classes.map((_, index) => probabilities?.[index] ?? null), error]),
    )
  }
}

function printTable(context: Context, model: ModelSummary, predictions: readonly Prediction[]): void {
  const { terminal, workingFolder } = context
  const rows = predictions.map(({ path, predicted, confidence, error }) => {
    const file = shorten(path, workingFolder)
    return predicted === null
      ? [file, "can't be read", null, error]
      : [file, predicted, formatPercent(confidence), null]
  })
  const columns = [{ title: 'FILE' }, { title: 'CLASS' }, { title: 'HOW SURE', align: 'right' as const }, { title: '' }]
  for (const line of formatTable(columns, rows)) terminal.say(line)
  const unread = predictions.filter(({ predicted }) => predicted === null).length
  const rest = unread === 0 ? '' : `, ${countOf(unread, 'file')} could not be read`
  terminal.say()
  terminal.say(`${countOf(predictions.length - unread, 'image')} by ${model.id}${rest}.`)
  terminal.say(`Next: ${commandHint(context, 'export')} (use it in your own programs)`)
}

/** As the person who stands in the working folder would call it. */
function shorten(path: string, workingFolder: string): string {
  const inside = relative(workingFolder, path)
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside
}
