import { Preset } from '../../shared/domain/recipe.ts'
import type { Run } from '../../shared/domain/run.ts'
import type { Command } from '../commands.svelte.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import type { PlanState } from './plan-state.svelte.ts'
import { presetTexts } from './setting-texts.ts'

interface Actions {
  readonly studio: Studio
  readonly plan: PlanState
  readonly shown: Run | null
  readonly start: () => Promise<void>
  readonly again: () => void
}

/** What can be done on the page, for keys and the palette. */
export function tuneCommands({ studio, plan, shown, start, again }: Actions): Command[] {
  const group = m.tune_command_group()
  const { api, notices, projectId } = studio
  if (shown !== null) {
    const input = { projectId, runId: shown.id }
    const isResumable = shown.result !== null && shown.result.outcome !== 'done' && shown.result.resumable
    return [
      {
        id: 'tune.stop',
        title: m.tune_command_stop(),
        group,
        isEnabled: shown.state === 'running' || shown.state === 'queued',
        run: () => void notices.attempt(() => api.runs.stop(input)),
      },
      {
        id: 'tune.resume',
        title: m.tune_command_resume(),
        group,
        isEnabled: isResumable,
        run: () => void notices.attempt(() => api.runs.resume(input)),
      },
      { id: 'tune.again', title: m.tune_settings_again(), group, isEnabled: studio.activeRun === null, run: again },
    ]
  }
  return [
    {
      id: 'tune.start',
      title: m.tune_command_start(),
      group,
      keys: ['Mod+Enter'],
      isEnabled: plan.isReady && !plan.isStarting,
      run: () => void start(),
    },
    ...Preset.options.map((preset) => ({
      id: `tune.preset.${preset}`,
      title: m.tune_command_preset({ preset: presetTexts[preset].title() }),
      group,
      run: () => plan.choose(preset),
    })),
    { id: 'tune.advanced', title: m.tune_command_advanced(), group, run: () => (plan.isAdvancedOpen = true) },
  ]
}
