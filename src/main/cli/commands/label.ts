import { statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ClassName } from '../../../shared/domain/label.ts'
import type { Edit } from '../../../shared/contract/labels.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { catalogPath, openProject, type Workplace } from '../open-project.ts'
import { countOf } from '../output/quantities.ts'
import { checked } from '../parse-arguments.ts'
import { hintAtForce } from '../report-error.ts'

interface LabelOptions {
  readonly csv?: string
  readonly exportCsv?: string
  readonly force?: true
  readonly undo?: true
  readonly redo?: true
  readonly remove?: true
}

export function registerLabel(program: Command, context: Context): void {
  program
    .command('label')
    .summary('label images, by hand or from a CSV file')
    .description(
      'Labels FILES (or all images below folders) with CLASS, which is made where it does not exist. Every label is on ' +
        'disk when the command ends, and can be undone, also later.',
    )
    .usage('CLASS FILES... | --remove FILES... | --csv FILE | --export-csv FILE | --undo | --redo')
    .argument('[arguments...]', 'the class, then files or folders')
    .option('--remove', 'take the labels of FILES away')
    .option('--csv <file>', 'apply the "path,class" lines of a file, all or none')
    .option('--export-csv <file>', 'write one "path,class" line per labelled image')
    .option('--force', 'let --export-csv replace an existing file')
    .option('--undo', 'take the latest edit back')
    .option('--redo', 'apply again what was taken back last')
    .action(async (words: string[], options: LabelOptions) => {
      const modes = [options.csv, options.exportCsv, options.undo, options.redo, options.remove]
      if (modes.filter((mode) => mode !== undefined).length > 1) {
        throw new AppError('bad-input', said`Give one of --csv, --export-csv, --undo, --redo and --remove.`)
      }
      const workplace = await openProject(context)
      if (options.csv !== undefined) return importCsv(context, workplace, options.csv)
      if (options.exportCsv !== undefined)
        return exportCsv(context, workplace, options.exportCsv, options.force === true)
      if (options.undo !== undefined) return step(context, workplace, 'undo')
      if (options.redo !== undefined) return step(context, workplace, 'redo')
      if (options.remove !== undefined) return assign(context, workplace, { className: null, files: words })
      const [className, ...files] = words
      if (className === undefined)
        throw new AppError('bad-input', said`Give a class and files: athanor label CLASS FILES...`)
      await assign(context, workplace, { className, files })
    })
}

async function assign(
  context: Context,
  workplace: Workplace,
  { className, files }: { readonly className: string | null; readonly files: readonly string[] },
): Promise<void> {
  const { core, project } = workplace
  if (files.length === 0) throw new AppError('bad-input', said`Give at least one file or folder of images.`)
  const paths = (await Promise.all(files.map((file) => pathsOf(context, workplace, file)))).flat()
  const edit = await applyLabel(context, workplace, { className, paths: [...new Set(paths)] })
  const counts = await core.catalog.counts({ projectId: project.id })
  context.terminal.answer({ edit, counts })
  context.terminal.say(`Saved: ${edit.description}. Take it back with: ${commandHint(context, 'label --undo')}`)
  context.terminal.say(
    counts.unlabelled > 0
      ? `${countOf(counts.labelled, 'image')} labelled, ${countOf(counts.unlabelled, 'image')} to go. Next: ${commandHint(context, 'label CLASS FILES...')}`
      : `All images are labelled. Next: ${commandHint(context, 'tune')}`,
  )
}

/** The catalog's paths of a file, or of all images below a folder. */
async function pathsOf(context: Context, { core, project }: Workplace, file: string): Promise<string[]> {
  const path = catalogPath(project, file, context.workingFolder)
  if (statSync(resolve(context.workingFolder, file), { throwIfNoEntry: false })?.isDirectory() !== true) return [path]
  const prefix = path === '' ? '' : `${path}/`
  const paths: string[] = []
  let after: string | null = prefix === '' ? null : prefix
  do {
    const page: Awaited<ReturnType<typeof core.catalog.list>> = await core.catalog.list({
      projectId: project.id,
      filter: { state: 'readable', ...(prefix !== '' && { pathContains: prefix }) },
      after,
      limit: 10_000,
    })
    paths.push(...page.images.map((image) => image.path).filter((candidate) => candidate.startsWith(prefix)))
    after = page.next
  } while (after !== null)
  if (paths.length === 0)
    throw new AppError(
      'not-found',
      said`The catalog knows no readable image in ${file}. Run: ${commandHint(context, 'import')}`,
    )
  return paths
}

/** One edit, also where the class does not exist yet. */
async function applyLabel(
  { terminal }: Context,
  { core, project }: Workplace,
  { className, paths }: { readonly className: string | null; readonly paths: string[] },
): Promise<Edit> {
  const where = { projectId: project.id, images: { paths }, who: userName() }
  if (className === null) return core.labels.assign({ ...where, classId: null, origin: 'person' })
  const name = checked(ClassName, className, 'The class')
  const known = await core.labels.classes({ projectId: project.id })
  const { edit, class: labelled } = await core.labels.assignByName({ ...where, name })
  if (known.every(({ id }) => id !== labelled.id)) terminal.note(`"${labelled.name}" is a new class.`)
  return edit
}

async function importCsv(context: Context, { core, project }: Workplace, file: string): Promise<void> {
  const { terminal } = context
  const result = await core.labels.importCsv({ projectId: project.id, file: resolve(context.workingFolder, file) })
  terminal.answer(result)
  if (result.badLines.length > 0) {
    for (const { line, problem } of result.badLines) terminal.note(`${file}, line ${String(line)}: ${problem}`)
    terminal.note(`Nothing was applied: ${countOf(result.badLines.length, 'line')} of ${file} to put right first.`)
    return context.setExitCode(exitCodes.badInput.code)
  }
  const undo = result.labelled === 0 ? '' : ` Take it back with: ${commandHint(context, 'label --undo')}`
  terminal.say(
    `Saved: ${countOf(result.labelled, 'image')} labelled from ${file}, ${countOf(result.unchanged, 'label')} as before.${undo}`,
  )
  terminal.say(`Next: ${commandHint(context, 'classes')}, or ${commandHint(context, 'tune')}`)
}

async function exportCsv(
  context: Context,
  { core, project }: Workplace,
  file: string,
  overwrite: boolean,
): Promise<void> {
  const target = resolve(context.workingFolder, file)
  const result = await core.labels
    .exportCsv({ projectId: project.id, file: target, overwrite })
    .catch((thrown: unknown) => {
      throw hintAtForce(thrown, file)
    })
  context.terminal.answer(result)
  context.terminal.say(`Wrote ${countOf(result.lines, 'labelled image')} to ${result.file}.`)
}

async function step(context: Context, { core, project }: Workplace, direction: 'undo' | 'redo'): Promise<void> {
  const edit = await core.labels[direction]({ projectId: project.id })
  context.terminal.answer({ edit })
  if (edit === null) context.terminal.say(`There is nothing to ${direction}.`)
  else if (direction === 'undo')
    context.terminal.say(`Taken back: ${edit.description}. Again: ${commandHint(context, 'label --redo')}`)
  else context.terminal.say(`Done again: ${edit.description}.`)
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without an entry, as in containers.
    return ''
  }
}
