import { resolve } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { z } from 'zod'
import { ExportFormat } from '../../../shared/domain/export.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { openProject } from '../open-project.ts'
import { describeExport } from '../output/describe-export.ts'
import { numberOf } from '../parse-arguments.ts'
import { hintAtForce } from '../report-error.ts'
import { createExports } from '../steps/create-exports.ts'
import { findModel } from '../steps/find-model.ts'

interface ExportOptions {
  readonly format: ExportFormat[]
  readonly to?: string
  readonly force?: true
  readonly verifyCount?: number
}

const verifyCount = z.int('expected a whole number').min(1).max(10_000)

export function registerExport(program: Command, context: Context): void {
  const { terminal } = context
  program
    .command('export')
    .summary('write a model for use elsewhere, and verify it')
    .description(
      'Writes a model in other formats, each in a folder with what its use needs, and compares it with the model over ' +
        'real images. An export that gives other answers ends the command with code 3.',
    )
    .argument('[model]', 'default: the newest')
    .option('--format <formats>', ExportFormat.options.join(','), parseFormats, [...ExportFormat.options])
    .option('--to <dir>', 'where the folders go; default: exports in the project folder')
    .option('--force', 'replace folders that are there')
    .option('--verify-count <count>', 'images to compare over (default 200)', numberOf(verifyCount))
    .action(async (given: string | undefined, options: ExportOptions) => {
      const workplace = await openProject(context)
      const model = await findModel(workplace, given)
      const exports = await createExports(context, workplace, {
        modelId: model.id,
        formats: options.format,
        destination: options.to === undefined ? null : resolve(context.workingFolder, options.to),
        overwrite: options.force === true,
        ...(options.verifyCount !== undefined && { verifyCount: options.verifyCount }),
      }).catch((thrown: unknown) => {
        throw hintAtForce(thrown, `An export of ${model.id}`)
      })
      terminal.answer({ modelId: model.id, exports })
      for (const line of exports.flatMap(describeExport)) terminal.say(line)
      if (exports.every(({ parity }) => parity.passed)) {
        terminal.say()
        terminal.say('Next: each folder has a README with code that runs it')
        return
      }
      terminal.note(
        'An export does not give the same answers as the model. Do not use it; parity.json has the figures.',
      )
      context.setExitCode(exitCodes.refused.code)
    })
}

function parseFormats(text: string): ExportFormat[] {
  const parsed = z
    .array(ExportFormat)
    .min(1)
    .safeParse(text.split(',').map((part) => part.trim()))
  if (parsed.success) return [...new Set(parsed.data)]
  throw new InvalidArgumentError(`Give some of ${ExportFormat.options.join(', ')}, with commas between them.`)
}
