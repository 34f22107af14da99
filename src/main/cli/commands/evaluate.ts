import { InvalidArgumentError, type Command } from 'commander'
import { DeviceId } from '../../../shared/domain/device.ts'
import { Split } from '../../../shared/domain/split.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { openProject } from '../open-project.ts'
import { describeEvaluation, describeFolds } from '../output/describe-evaluation.ts'
import { evaluateModel } from '../steps/evaluate-model.ts'
import { findModel } from '../steps/find-model.ts'

export function registerEvaluate(program: Command, context: Context): void {
  const { terminal } = context
  program
    .command('evaluate')
    .summary('see how good a model is, and what it gets wrong')
    .description('Runs a model over a split of its dataset: how much is right, per class, and which mistakes it makes.')
    .argument('[model]', 'default: the newest')
    .option(
      '--split <split>',
      `${Split.options.join(', ')}; default: test, or validation where there is no test`,
      parseSplit,
    )
    .option('--device <device>', 'where to compute; default: the fastest', parseDevice)
    .action(async (given: string | undefined, options: { split?: Split; device?: DeviceId }) => {
      const workplace = await openProject(context)
      const model = await findModel(workplace, given)
      const hasTest = model.evaluations.length === 0 || model.evaluations.some(({ split }) => split === 'test')
      const split = options.split ?? (hasTest ? 'test' : 'validation')
      const wish = { modelId: model.id, split, device: options.device ?? null }
      const evaluation = await evaluateModel(context, workplace, wish)
      terminal.answer({ modelId: model.id, evaluation, foldEstimate: model.foldEstimate })
      terminal.say(`${model.id}, ${model.recipe.preset}, ${model.datasetId}`)
      for (const line of describeEvaluation(evaluation)) terminal.say(line)
      if (split !== 'train') for (const line of describeFolds(model)) terminal.say(line)
      terminal.say()
      terminal.say(
        evaluation.mistakes.length > 0
          ? `Next: look at the mistakes; a wrong label is put right with ${commandHint(context, 'label CLASS FILES...')}, then ${commandHint(context, 'tune')} again`
          : `Next: ${commandHint(context, 'export')}`,
      )
    })
}

function parseSplit(text: string): Split {
  const parsed = Split.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(`It can be ${Split.options.join(', ')}.`)
}

export function parseDevice(text: string): DeviceId {
  const parsed = DeviceId.safeParse(text)
  if (parsed.success) return parsed.data
  throw new InvalidArgumentError(`It can be ${DeviceId.options.join(', ')}.`)
}
