import { Command } from 'commander'
import { registerBackbone } from './commands/backbone.ts'
import { registerCheck } from './commands/check.ts'
import { registerClasses } from './commands/classes.ts'
import { registerDataset } from './commands/dataset.ts'
import { registerDemo } from './commands/demo.ts'
import { registerDoctor } from './commands/doctor.ts'
import { registerEvaluate } from './commands/evaluate.ts'
import { registerExport } from './commands/export.ts'
import { registerImport } from './commands/import.ts'
import { registerLabel } from './commands/label.ts'
import { registerPredict } from './commands/predict.ts'
import { registerResume } from './commands/resume.ts'
import { registerRuns } from './commands/runs.ts'
import { registerServe } from './commands/serve.ts'
import { registerTune } from './commands/tune.ts'
import type { Context, GlobalOptions } from './context.ts'
import { describeExitCodes } from './exit-codes.ts'

/** In the order in which they are used. */
const commands = [
  registerDemo,
  registerImport,
  registerLabel,
  registerClasses,
  registerCheck,
  registerDataset,
  registerTune,
  registerResume,
  registerRuns,
  registerEvaluate,
  registerPredict,
  registerExport,
  registerBackbone,
  registerDoctor,
  registerServe,
]

export interface ProgramOptions {
  readonly version: string
  /** Told before a command runs. */
  readonly onOptions: (options: GlobalOptions & { readonly json: boolean }) => void
}

/** The whole command line. Wrong usage throws a CommanderError after it was shown. */
export function createProgram(context: Context, { version, onOptions }: ProgramOptions): Command {
  const program = new Command('athanor')
    .description('Turns a folder of images into a classifier, on your own machine.')
    .version(version)
    .option(
      '--project <dir>',
      'the project: an image folder, or the folder of a project that lies apart from its images',
    )
    .option('--json', 'print the result as JSON, and nothing else on standard output')
    .option('--verbose', 'print the log, and the causes of an error')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(athanor COMMAND --help says more)')
    .exitOverride()
    .addHelpText('after', `\n${describeExitCodes()}\n\nFirst steps: athanor demo, or athanor tune FOLDER`)
    .hook('preAction', (_program, action) => {
      const { project, json, verbose } = action.optsWithGlobals<{ project?: string; json?: true; verbose?: true }>()
      onOptions({ project, json: json === true, verbose: verbose === true })
    })
  for (const register of commands) register(program, context)
  return program
}
