import type { Command } from '../commands.svelte.ts'
import { m } from '../messages.ts'
import type { Place } from '../navigation.svelte.ts'
import { theme, type Theme } from '../theme.svelte.ts'
import type { FolderChoice } from '../welcome/folder-choice.svelte.ts'
import type { Workspace } from '../workspace-state.svelte.ts'

/** What can be done everywhere; the application's menu runs these by their ids. */
export function frameCommands(
  workspace: Workspace,
  open: { readonly choice: FolderChoice; readonly palette: () => void; readonly shortcuts: () => void },
): Command[] {
  const group = m.frame_group_window()
  return [
    ...(workspace.studio === null ? [] : projectCommands(workspace)),
    {
      id: 'frame.open',
      title: m.frame_open_folder(),
      group,
      keys: ['Mod+O'],
      run: () => void open.choice.start(),
    },
    { id: 'frame.palette', title: m.frame_palette(), group, keys: ['Mod+K'], isKeyOnly: true, run: open.palette },
    { id: 'frame.shortcuts', title: m.frame_keys(), group, keys: ['?'], run: open.shortcuts },
    ...themeCommands(group),
  ]
}

function projectCommands(workspace: Workspace): Command[] {
  const { studio, navigation } = workspace
  const history = studio?.history
  const group = m.frame_group_window()
  const places: readonly { place: Place; title: string; keys: string }[] = [
    { place: 'label', title: m.frame_go_label(), keys: 'Alt+1' },
    { place: 'tune', title: m.frame_go_tune(), keys: 'Alt+2' },
    { place: 'evaluate', title: m.frame_go_evaluate(), keys: 'Alt+3' },
    { place: 'export', title: m.frame_go_export(), keys: 'Alt+4' },
    { place: 'settings', title: m.frame_go_settings(), keys: 'Mod+,' },
  ]
  return [
    {
      id: 'frame.undo',
      title: m.frame_undo(),
      group,
      keys: ['Mod+Z'],
      isEnabled: history?.undoStep != null,
      run: () => void history?.undo(),
    },
    {
      id: 'frame.redo',
      title: m.frame_redo(),
      group,
      keys: ['Mod+Shift+Z', 'Mod+Y'],
      isEnabled: history?.redoStep != null,
      run: () => void history?.redo(),
    },
    ...places.map(({ place, title, keys }) => ({
      id: `frame.${place}`,
      title,
      group,
      keys: [keys],
      run: () => navigation.go(place),
    })),
    {
      id: 'frame.import',
      title: m.frame_look_again(),
      group,
      isEnabled: studio?.importing.isRunning === false,
      run: () => void studio?.importing.start(),
    },
    { id: 'frame.close-project', title: m.frame_close_project(), group, run: () => workspace.closeProject() },
  ]
}

function themeCommands(group: string): Command[] {
  const themes: readonly { wanted: Theme; title: string }[] = [
    { wanted: 'light', title: m.frame_theme_light() },
    { wanted: 'dark', title: m.frame_theme_dark() },
    { wanted: 'system', title: m.frame_theme_system() },
  ]
  return themes.map(({ wanted, title }) => ({
    id: `frame.theme-${wanted}`,
    title,
    group,
    isEnabled: theme.chosen !== wanted,
    run: () => theme.choose(wanted),
  }))
}
