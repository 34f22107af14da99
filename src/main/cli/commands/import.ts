import type { Command } from 'commander'
import type { ImportSummary } from '../../../shared/contract/catalog.ts'
import { commandHint } from '../command-hint.ts'
import type { Context } from '../context.ts'
import { openProject, type Workplace } from '../open-project.ts'
import { countOf, formatCount, formatDuration } from '../output/quantities.ts'
import { formatPairs } from '../output/table.ts'
import { importImages } from '../steps/import-images.ts'
import { describeClasses } from './classes.ts'

const shownProblems = 10

export function registerImport(program: Command, context: Context): void {
  program
    .command('import')
    .summary('catalog the images of a folder')
    .description(
      'Catalogs the images of FOLDER, which stay where they are. Sub-folders become classes, and train, validation and ' +
        'test folders splits. Run it again whenever files came or went: what has not changed costs next to nothing.',
    )
    .argument('[folder]', 'the image folder; default: that of the project here')
    .option('--no-folder-labels', 'do not make classes and labels out of sub-folders')
    .action(async (folder: string | undefined, options: { folderLabels: boolean }) => {
      const workplace = await openProject(context, { folder, create: folder !== undefined })
      const summary = await importImages(context, workplace, { labelsFromFolders: options.folderLabels })
      await report(context, workplace, summary)
    })
}

async function report(context: Context, { core, project }: Workplace, summary: ImportSummary): Promise<void> {
  const { terminal } = context
  const projectId = project.id
  const classes = await core.labels.classes({ projectId })
  const counts = await core.catalog.counts({ projectId })
  const { images: unreadable } = await core.catalog.list({
    projectId,
    filter: { state: 'unreadable' },
    limit: shownProblems,
  })
  terminal.answer({ project: await core.project.get({ projectId }), summary, counts, classes })

  terminal.say(
    `${countOf(summary.found, 'image')} in ${project.imageFolder}, in ${formatDuration(summary.durationMs)}.`,
  )
  for (const line of describeSummary(summary)) terminal.say(`  ${line}`)
  for (const { path, unreadable: why } of unreadable) terminal.say(`Can't read ${path}: ${why?.message ?? ''}`)
  if (counts.unreadable > unreadable.length) {
    terminal.say(`… and ${countOf(counts.unreadable - unreadable.length, 'more file')} that cannot be read.`)
  }
  for (const { path, reason } of summary.skipped.slice(0, shownProblems)) terminal.say(`Skipped ${path}: ${reason}`)
  if (summary.skipped.length > shownProblems) {
    terminal.say(`… and ${formatCount(summary.skipped.length - shownProblems)} more that were skipped.`)
  }
  if (classes.length > 0) {
    terminal.say()
    for (const line of describeClasses(classes)) terminal.say(line)
  }
  terminal.say()
  terminal.say(nextStep(context, counts.labelled, classes.filter(({ imageCount }) => imageCount > 0).length))
}

function describeSummary(summary: ImportSummary): string[] {
  const amounts: readonly (readonly [string, number])[] = [
    ['new', summary.added],
    ['unchanged', summary.unchanged],
    ['changed', summary.changed],
    ['moved', summary.moved],
    ['gone', summary.missing],
    ['unreadable', summary.unreadable],
    ['labelled by folder', summary.labelled],
  ]
  return formatPairs(amounts.filter(([, amount]) => amount > 0).map(([name, amount]) => [name, formatCount(amount)]))
}

function nextStep(context: Context, labelledCount: number, classCount: number): string {
  if (labelledCount === 0)
    return `Next: ${commandHint(context, 'label CLASS FILES...')} or ${commandHint(context, 'label --csv FILE')}`
  if (classCount < 2) return `Next: label images with a second class: ${commandHint(context, 'label CLASS FILES...')}`
  return `Next: ${commandHint(context, 'tune')}`
}
