import { resolve } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import type { RecipeOverrides } from '../../../shared/domain/recipe.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { describeEvaluation } from '../output/describe-evaluation.ts'
import { describeExport } from '../output/describe-export.ts'
import { createProgress } from '../output/progress.ts'
import { countOf, formatDuration } from '../output/quantities.ts'
import { createExports } from '../steps/create-exports.ts'
import { evaluateModel } from '../steps/evaluate-model.ts'
import { finishRun } from '../steps/finish-run.ts'
import { importImages } from '../steps/import-images.ts'
import { describeImages } from './tune.ts'

/** From whatever network a run starts from by default, in half a minute on two processor cores: drawn pictures ask for no more. */
const recipe = { epochs: 5, inputSizePx: 128, resizePx: 146 } as const satisfies RecipeOverrides

interface DemoOptions {
  readonly imagesPerClass: number
  readonly epochs: number
}

export function registerDemo(program: Command, context: Context): void {
  const { terminal } = context
  program
    .command('demo')
    .summary('the whole way in a few minutes, on pictures that it draws itself')
    .description(
      'Draws a set of pictures into FOLDER and goes the whole way with it: import, tune, evaluate, export, verify.',
    )
    .argument('[folder]', 'an empty folder, or one to make', 'athanor-demo')
    .option('--images-per-class <count>', 'how many pictures of each class to draw', wholeNumber(10, 10_000), 80)
    .option('--epochs <count>', 'passes over the training images', wholeNumber(1, 1000), recipe.epochs)
    .action(async (given: string, options: DemoOptions) => {
      const startedAtMs = context.now()
      const folder = resolve(context.workingFolder, given)
      await drawSamples(context, folder, options.imagesPerClass)
      const workplace = await openProject(context, { folder, create: true })
      const { core, project } = workplace
      const projectId = project.id

      heading(context, 2, 'Reading them into a catalog')
      await importImages(context, workplace, { labelsFromFolders: true })
      const classes = await core.labels.classes({ projectId })
      const counts = await core.catalog.counts({ projectId })
      terminal.say(
        `${countOf(counts.labelled, 'image')} of ${countOf(classes.length, 'class', 'classes')}: ${classes.map(({ name }) => name).join(', ')}.`,
      )

      heading(context, 3, 'Fine-tuning a ResNet-18 on them')
      const overrides = { ...recipe, epochs: options.epochs }
      const run = await core.runs.start({ projectId, preset: 'fine-tune', overrides })
      const dataset = await core.datasets.get({ projectId, datasetId: run.datasetId })
      terminal.note(`${run.id} on ${describeImages(dataset)}, from ${run.recipe.backbone ?? 'random weights'}.`)
      const { model } = await finishRun(context, workplace, run)
      if (model === null) return

      heading(context, 4, 'Looking at what it gets wrong')
      const evaluation = await evaluateModel(context, workplace, { modelId: model.id, split: 'test', device: null })
      for (const line of describeEvaluation(evaluation)) terminal.say(line)

      heading(context, 5, 'Exporting it, and comparing each export with it')
      const exports = await exportAll(context, workplace, model.id)
      for (const line of exports.flatMap(describeExport)) terminal.say(line)
      const isVerified = exports.length === 3 && exports.every(({ parity }) => parity.passed)
      if (!isVerified) context.setExitCode(exitCodes.refused.code)

      terminal.answer({ project, run, modelId: model.id, evaluation, exports, verified: isVerified })
      sayGoodbye(context, workplace, { modelId: model.id, startedAtMs })
    })
}

async function drawSamples(context: Context, folder: string, perClass: number): Promise<void> {
  const { terminal, interruption } = context
  heading(context, 1, `Drawing pictures into ${folder}`)
  const core = await context.core()
  const progress = createProgress(terminal, context.now)
  let drawn = 0
  try {
    for await (const { done, total } of core.project.drawSamples(
      { folder, perClass },
      { signal: interruption.signal },
    )) {
      drawn = done
      progress.update({ what: 'Drawing', done, total, unit: 'pictures' })
    }
  } finally {
    progress.end()
  }
  terminal.say(`${countOf(drawn, 'picture')} drawn.`)
}

function exportAll(context: Context, workplace: Workplace, modelId: Parameters<typeof createExports>[2]['modelId']) {
  return createExports(context, workplace, {
    modelId,
    formats: ['onnx', 'tfjs', 'safetensors'],
    destination: null,
    overwrite: false,
    verifyCount: 40,
  })
}

function heading({ terminal }: Context, step: number, title: string): void {
  terminal.say(step === 1 ? `${String(step)} of 5  ${title}` : '')
  if (step > 1) terminal.say(`${String(step)} of 5  ${title}`)
}

function sayGoodbye(
  { terminal, now }: Context,
  { project }: Workplace,
  { modelId, startedAtMs }: { readonly modelId: string; readonly startedAtMs: number },
): void {
  terminal.say()
  terminal.say(`The whole way took ${formatDuration(now() - startedAtMs)}. Everything lies in ${project.imageFolder}:`)
  terminal.say(
    `  the pictures, one folder per class, and ${project.projectFolder} with catalog, run, ${modelId} and exports.`,
  )
  terminal.say('Delete that folder to be rid of it.')
  terminal.say()
  terminal.say(`Next: cd ${project.imageFolder}, then try`)
  terminal.say('  athanor runs run-1            the settings and epochs of the run')
  terminal.say('  athanor predict FILE          any picture')
  terminal.say('  athanor tune --help           other presets and every setting')
  terminal.say('With pictures of your own, one sub-folder per class: athanor tune FOLDER')
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`Give a whole number of ${String(min)} to ${String(max)}.`)
  }
}
