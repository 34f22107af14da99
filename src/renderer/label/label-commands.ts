import type { Command } from '../commands.svelte.ts'
import { m } from '../messages.ts'
import { nextClassKey } from './class-keys.ts'
import type { LabelSession } from './label-session.svelte.ts'
import { viewCommands } from './view-commands.ts'

/** Everything that can be done to the shown images, by key and in the palette. */
export function labelCommands(session: LabelSession): Command[] {
  return [...classCommands(session), ...editCommands(session), ...viewCommands(session)]
}

function classCommands({ studio, labelling, panels }: LabelSession): Command[] {
  const { classes } = studio
  const group = m.label_group_classes()
  const freeKey = nextClassKey(classes)
  const making: Command = {
    id: 'label.new-class',
    title: m.label_new_class(),
    group,
    // The key that the class will get makes it: nobody has to look for a button.
    ...(freeKey === undefined ? {} : { keys: [freeKey.toUpperCase()] }),
    run: () => panels.makeClass(freeKey ?? null),
  }
  return [
    ...classes.map((imageClass): Command => ({
      id: `label.class-${imageClass.id}`,
      title: m.label_label_as({ name: imageClass.name }),
      group,
      ...(imageClass.key === null ? {} : { keys: [imageClass.key.toUpperCase()] }),
      run: () => void labelling.label(imageClass.id),
    })),
    making,
  ]
}

function editCommands({ labelling, selection, settings, suggestions, drafts, studio }: LabelSession): Command[] {
  const group = m.label_group_labels()
  const isSelected = selection.count > 0
  const canAsk = studio.models.length > 0 && !suggestions.isAsking
  return [
    {
      id: 'label.unlabel',
      title: m.label_unlabel(),
      group,
      keys: ['Backspace', 'Delete'],
      isEnabled: isSelected,
      run: () => void labelling.label(null),
    },
    {
      id: 'label.skip',
      title: m.label_skip(),
      group,
      keys: ['S'],
      isEnabled: isSelected,
      run: () => void labelling.skip(),
    },
    {
      id: 'label.accept',
      title: m.label_accept(),
      group,
      keys: ['A'],
      isEnabled: isSelected,
      run: () => void labelling.accept(),
    },
    {
      id: 'label.accept-all',
      title: m.label_accept_all(),
      group,
      keys: ['Shift+A'],
      run: () => void labelling.acceptAll(),
    },
    {
      id: 'label.next',
      title: m.label_next_unlabelled(),
      group,
      keys: ['N'],
      run: () => void labelling.nextUnlabelled(),
    },
    {
      id: 'label.advance',
      title: settings.now.isAdvancing ? m.label_advance_off() : m.label_advance_on(),
      group,
      run: () => settings.change({ isAdvancing: !settings.now.isAdvancing }),
    },
    {
      id: 'label.drafts',
      title: drafts.isOn ? m.label_drafts_off() : m.label_drafts_on(),
      group,
      run: () => drafts.switch(!drafts.isOn),
    },
    { id: 'label.suggest', title: m.label_suggest(), group, isEnabled: canAsk, run: () => void suggestions.ask() },
  ]
}
