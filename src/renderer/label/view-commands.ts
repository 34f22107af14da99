import type { Command } from '../commands.svelte.ts'
import { m } from '../messages.ts'
import { sorts } from './words.ts'
import type { LabelSession } from './label-session.svelte.ts'
import { copyPath, reveal } from './image-actions.ts'
import { ImageSort } from '../../shared/contract/catalog.ts'

/** Moving, selecting and looking. */
export function viewCommands(session: LabelSession): Command[] {
  return [...moveCommands(session), ...selectCommands(session), ...lookCommands(session), ...sortCommands(session)]
}

function moveCommands(session: LabelSession): Command[] {
  const { selection, browse } = session
  const group = m.label_group_moving()
  const strides = () => session.grid?.strides() ?? { row: 1, page: 1 }
  const last = () => Math.max(browse.ids.length - 1, 0)
  const moves: readonly [key: string, title: string, to: (isExtending: boolean) => void][] = [
    ['ArrowLeft', m.label_move_left(), (isExtending) => selection.move(-1, isExtending)],
    ['ArrowRight', m.label_move_right(), (isExtending) => selection.move(1, isExtending)],
    ['ArrowUp', m.label_move_up(), (isExtending) => selection.move(-strides().row, isExtending)],
    ['ArrowDown', m.label_move_down(), (isExtending) => selection.move(strides().row, isExtending)],
    ['PageUp', m.label_move_page_up(), (isExtending) => selection.move(-strides().page, isExtending)],
    ['PageDown', m.label_move_page_down(), (isExtending) => selection.move(strides().page, isExtending)],
    ['Home', m.label_move_first(), (isExtending) => selection.moveTo(0, isExtending)],
    ['End', m.label_move_last(), (isExtending) => selection.moveTo(last(), isExtending)],
  ]
  return moves.flatMap(([key, title, to]): Command[] => [
    { id: `label.move-${key}`, title, group, keys: [key], isKeyOnly: true, run: () => to(false) },
    {
      id: `label.extend-${key}`,
      title: m.label_extend({ move: title }),
      group,
      keys: [`Shift+${key}`],
      isKeyOnly: true,
      run: () => to(true),
    },
  ])
}

function selectCommands(session: LabelSession): Command[] {
  const { selection } = session
  const group = m.label_group_moving()
  return [
    { id: 'label.select-all', title: m.label_select_all(), group, keys: ['Mod+A'], run: () => selection.all() },
    {
      id: 'label.toggle',
      title: m.label_toggle(),
      group,
      keys: ['Shift+Space'],
      isKeyOnly: true,
      run: () => selection.toggleFocused(),
    },
    {
      id: 'label.escape',
      title: session.isViewOpen ? m.label_view_close() : m.label_select_none(),
      group,
      keys: ['Escape'],
      run: () => (session.isViewOpen ? session.closeView() : selection.none()),
    },
  ]
}

function lookCommands(session: LabelSession): Command[] {
  const { view, settings, panels, studio, labelling } = session
  const group = m.label_group_looking()
  const isOpen = session.isViewOpen
  const { focused } = labelling
  return [
    {
      id: 'label.view',
      title: isOpen ? m.label_view_close() : m.label_view_open(),
      group,
      keys: ['Enter', 'Space'],
      run: () => (isOpen ? session.closeView() : session.openView()),
    },
    {
      id: 'label.zoom',
      title: view.zoom === 'fit' ? m.label_zoom_full() : m.label_zoom_fit(),
      group,
      keys: ['.'],
      isEnabled: isOpen,
      run: () => (view.zoom = view.zoom === 'fit' ? 'full-size' : 'fit'),
    },
    {
      id: 'label.filter',
      title: m.label_filter_focus(),
      group,
      keys: ['/'],
      run: () => document.querySelector<HTMLElement>('[data-label-search]')?.focus(),
    },
    {
      id: 'label.jump',
      title: m.label_jump(),
      group,
      keys: ['Mod+J'],
      run: () => (panels.isJumpOpen = true),
    },
    {
      id: 'label.crop',
      title: settings.now.isCropped ? m.label_crop_off() : m.label_crop_on(),
      group,
      run: () => settings.change({ isCropped: !settings.now.isCropped }),
    },
    {
      id: 'label.inspector',
      title: m.label_inspector_toggle(),
      group,
      run: () => {
        settings.change({ isInspectorShown: !settings.now.isInspectorShown })
        panels.isInspectorOpen = !panels.isInspectorOpen
      },
    },
    {
      id: 'label.copy-path',
      title: m.label_copy_path(),
      group,
      isEnabled: focused !== undefined,
      run: () => focused && void copyPath(studio, focused),
    },
    {
      id: 'label.reveal',
      title: m.label_reveal(),
      group,
      isEnabled: focused !== undefined && session.canReveal,
      run: () => focused && void reveal(studio, focused),
    },
  ]
}

function sortCommands({ browse }: LabelSession): Command[] {
  return ImageSort.options.map((sort) => ({
    id: `label.sort-${sort}`,
    title: m.label_sort_by({ sort: sorts[sort]() }),
    group: m.label_group_looking(),
    run: () => browse.sortBy(sort),
  }))
}
