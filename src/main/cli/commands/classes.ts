import type { Command } from 'commander'
import { ClassName, type ImageClass } from '../../../shared/domain/label.ts'
import { AppError } from '../../../shared/errors.ts'
import { said } from '../../../shared/said.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { formatCount } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'
import { checked } from '../parse-arguments.ts'

export function registerClasses(program: Command, context: Context): void {
  const { terminal } = context
  const classes = program
    .command('classes')
    .description('Lists the classes, and makes, renames, merges or deletes them.')

  classes
    .command('list', { isDefault: true })
    .description('Lists the classes with their numbers of images.')
    .action(async () => {
      const { core, project } = await openProject(context)
      const list = await core.labels.classes({ projectId: project.id })
      terminal.answer({ classes: list })
      for (const line of describeClasses(list)) terminal.say(line)
      terminal.say()
      terminal.say(`Next: ${commandHint(context, list.length === 0 ? 'label CLASS FILES...' : 'tune')}`)
    })

  classes
    .command('create')
    .description('Makes a class.')
    .argument('<name>')
    .action(async (name: string) => {
      const { core, project } = await openProject(context)
      const { class: created } = await core.labels.createClass({
        projectId: project.id,
        name: checked(ClassName, name, 'The name'),
      })
      terminal.answer({ class: created })
      terminal.say(`Made the class "${created.name}".`)
      terminal.say(`Next: ${commandHint(context, `label "${created.name}" FILES...`)}`)
    })

  classes
    .command('rename')
    .description('Gives a class another name; its labels stay.')
    .argument('<class>')
    .argument('<name>', 'the new name')
    .action(async (from: string, to: string) => {
      const workplace = await openProject(context)
      const { core, project } = workplace
      const { id, name } = await findClass(workplace, from)
      const { class: renamed } = await core.labels.renameClass({
        projectId: project.id,
        classId: id,
        name: checked(ClassName, to, 'The name'),
      })
      terminal.answer({ class: renamed })
      terminal.say(`"${name}" is now "${renamed.name}".`)
    })

  classes
    .command('merge')
    .description('Moves all labels of one class to another and removes the first.')
    .argument('<from>')
    .argument('<into>')
    .action(async (from: string, into: string) => {
      const workplace = await openProject(context)
      const { core, project } = workplace
      const [source, target] = [await findClass(workplace, from), await findClass(workplace, into)]
      const edit = await core.labels.mergeClasses({ projectId: project.id, from: source.id, into: target.id })
      terminal.answer({ edit })
      terminal.say(`Done: ${edit.description}. Take it back with: ${commandHint(context, 'label --undo')}`)
    })

  classes
    .command('delete')
    .description('Removes a class; its images stay and become unlabelled.')
    .argument('<class>')
    .action(async (name: string) => {
      const workplace = await openProject(context)
      const { core, project } = workplace
      const { id } = await findClass(workplace, name)
      const edit = await core.labels.deleteClass({ projectId: project.id, classId: id })
      terminal.answer({ edit })
      terminal.say(`Done: ${edit.description}. Take it back with: ${commandHint(context, 'label --undo')}`)
    })
}

/** Errors: not-found, with the classes that there are. */
export async function findClass({ core, project }: Workplace, name: string): Promise<ImageClass> {
  const classes = await core.labels.classes({ projectId: project.id })
  const found = classes.find((candidate) => candidate.name === name.trim().normalize('NFC'))
  if (found !== undefined) return found
  const names = classes.map((candidate) => `"${candidate.name}"`).join(', ')
  throw new AppError(
    'not-found',
    said`There is no class "${name}". ${names === '' ? 'There is none yet.' : `There are: ${names}.`}`,
  )
}

export function describeClasses(classes: readonly ImageClass[]): string[] {
  if (classes.length === 0) return ['No classes yet.']
  return formatTable(
    [{ title: 'CLASS' }, { title: 'IMAGES', align: 'right' }],
    classes.map(({ name, imageCount }) => [name, formatCount(imageCount)]),
  )
}
