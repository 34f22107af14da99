import { resolve } from 'node:path'
import type { Command } from 'commander'
import { BackboneName, type BackboneCard } from '../../../shared/domain/backbone.ts'
import type { Context } from '../context.ts'
import { formatBytes, formatCount } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'
import { argumentOf } from '../parse-arguments.ts'
import { hintAtForce } from '../report-error.ts'
import { fetchBackbone } from '../steps/fetch-backbone.ts'

const defaultBackbone = 'resnet18-imagenet'

export function registerBackbone(program: Command, context: Context): void {
  const { terminal } = context
  const backbone = program
    .command('backbone')
    .summary('pretrained weights: list, fetch, add')
    .description('Pretrained weights that runs start from. They are kept once per user, for all projects.')

  backbone
    .command('list', { isDefault: true })
    .description('Lists what is installed and what can be fetched.')
    .action(async () => {
      const core = await context.core()
      const list = await core.backbones.list({})
      terminal.answer(list)
      terminal.say(`Store: ${list.folder}`)
      terminal.say()
      const installed = list.installed.map((card) => [
        card.name,
        card.architecture,
        formatCount(card.parameterCount),
        card.licence,
        card.source,
      ])
      const columns = ['INSTALLED', 'NETWORK', 'PARAMETERS', 'LICENCE', 'SOURCE'].map((title) => ({ title }))
      if (installed.length === 0) terminal.say('Nothing is installed yet.')
      else for (const line of formatTable(columns, installed)) terminal.say(line)
      const names = new Set(list.installed.map(({ name }) => name))
      const fetchable = list.fetchable.filter(({ name }) => !names.has(name))
      if (fetchable.length > 0) terminal.say()
      const rows = fetchable.map((entry) => [
        entry.name,
        formatBytes(entry.sizeBytes),
        entry.licence,
        entry.description,
      ])
      const titles = ['CAN BE FETCHED', 'SIZE', 'LICENCE', 'WHAT'].map((title) => ({ title }))
      if (rows.length > 0) for (const line of formatTable(titles, rows)) terminal.say(line)
      terminal.say()
      terminal.say(
        names.has(defaultBackbone)
          ? 'Next: athanor tune'
          : `Next: athanor backbone fetch ${defaultBackbone}, or athanor backbone add FILE`,
      )
    })

  backbone
    .command('fetch')
    .description('Downloads public weights, goes on where an earlier try ended, and checks their sha256.')
    .argument('[name]', `default: ${defaultBackbone}`, argumentOf(BackboneName))
    .action(async (name: string | undefined) => {
      const core = await context.core()
      const card = await fetchBackbone(context, core, name ?? defaultBackbone)
      sayAdded(context, card)
    })

  backbone
    .command('add')
    .description('Adds weights of yours: safetensors, or a PyTorch checkpoint, of which no code is ever run.')
    .argument('<file>')
    .option('--name <name>', 'what runs call it; default: after the file', argumentOf(BackboneName))
    .option('--force', 'replace a backbone of that name')
    .action(async (file: string, options: { name?: string; force?: true }) => {
      const core = await context.core()
      const added = { file: resolve(context.workingFolder, file), name: options.name ?? null }
      const card = await core.backbones
        .add({ ...added, overwrite: options.force === true })
        .catch((thrown: unknown) => {
          throw hintAtForce(thrown, 'A backbone of that name')
        })
      sayAdded(context, card)
    })
}

function sayAdded({ terminal }: Context, card: BackboneCard): void {
  terminal.answer({ backbone: card })
  terminal.say(`${card.name} is ready: ${card.architecture}, ${formatCount(card.parameterCount)} parameters.`)
  terminal.say(card.name === defaultBackbone ? 'Next: athanor tune' : `Next: athanor tune --backbone ${card.name}`)
}
