import { describeCheck } from '../evaluate/describe-check.ts'
import { evaluateStateOf } from '../evaluate/evaluate-state.svelte.ts'
import { mislabelledStateOf } from '../evaluate/mislabelled-state.svelte.ts'
import { exportStateOf } from '../export/export-state.svelte.ts'
import { labelSessionOf } from '../label/label-session.svelte.ts'
import { m } from '../messages.ts'
import type { Studio } from '../studio.svelte.ts'
import { paceOf } from '../tune/run-view.ts'
import { runWatches } from '../tune/run-watch-state.svelte.ts'
import { formatCount, formatPercent, formatRate, formatTimeLeft } from '../ui/format.ts'

/** Something that takes a while, as the status bar tells it. */
export interface LongWork {
  readonly id: string
  readonly text: string
  /** 0 to 1; null: not known yet. */
  readonly ratio: number | null
  /** Shows where it is going on. */
  readonly show: () => void
}

export function longWorks(studio: Studio): LongWork[] {
  return [
    importWork(studio),
    suggestWork(studio),
    runWork(studio),
    judgingWork(studio),
    checkingWork(studio),
    exportWork(studio),
  ].filter((work) => work !== null)
}

function importWork({ importing: { event }, navigation }: Studio): LongWork | null {
  if (event === null) return null
  const show = () => navigation.go('label')
  if (event.kind === 'walking') {
    const found = formatCount(event.found)
    return { id: 'import', text: m.frame_work_looking({ count: event.found, shown: found }), ratio: null, show }
  }
  // Nothing new: done before it can be read.
  if (event.total === 0) return null
  const { done, total, filesPerSecond, secondsLeft } = event
  const what = m.frame_work_importing({ done: formatCount(done), total: formatCount(total) })
  return { id: 'import', text: withPace(what, filesPerSecond, secondsLeft), ratio: done / total, show }
}

function suggestWork(studio: Studio): LongWork | null {
  const { progress } = labelSessionOf(studio).suggestions
  if (progress === null) return null
  const { done, total, imagesPerSecond, secondsLeft } = progress
  const show = () => studio.navigation.go('label')
  if (total === 0) return { id: 'suggest', text: m.frame_work_suggesting_start(), ratio: null, show }
  const what = m.frame_work_suggesting({ done: formatCount(done), total: formatCount(total) })
  return { id: 'suggest', text: withPace(what, imagesPerSecond, secondsLeft), ratio: done / total, show }
}

function runWork(studio: Studio): LongWork | null {
  const run = studio.activeRun
  if (run === null) return null
  const { view, ratio } = runWatches(studio).of(run)
  const isPaused = view.waitsForBytes !== null
  const done = ratio === null ? m.frame_work_tuning_start() : m.frame_work_tuning({ share: formatPercent(ratio) })
  const what = isPaused ? m.frame_work_tuning_paused() : done
  const { imagesPerSecond, secondsLeft } = paceOf(run, view)
  const text = withPace(what, imagesPerSecond, secondsLeft)
  return { id: 'run', text, ratio, show: () => studio.navigation.go('tune') }
}

function judgingWork(studio: Studio): LongWork | null {
  const { judging } = evaluateStateOf(studio)
  if (judging === null) return null
  const { modelId, split, done, total, secondsLeft } = judging
  const show = () => studio.navigation.go('evaluate', { model: modelId, split })
  if (total === 0) return { id: 'judging', text: m.evaluate_judging_title({ model: modelId }), ratio: null, show }
  const what = m.evaluate_judging({ done: formatCount(done), total: formatCount(total) })
  return { id: 'judging', text: withPace(what, null, secondsLeft), ratio: done / total, show }
}

function checkingWork(studio: Studio): LongWork | null {
  const { checking } = mislabelledStateOf(studio)
  if (checking === null) return null
  const show = () => studio.navigation.go('evaluate', { tab: 'mislabelled' })
  return { id: 'checking', ...describeCheck(checking), show }
}

function exportWork(studio: Studio): LongWork | null {
  const { isExporting, progress } = exportStateOf(studio)
  if (!isExporting) return null
  const verifying = [...progress.values()].find(({ kind }) => kind === 'verifying')
  const show = () => studio.navigation.go('export')
  if (verifying?.kind !== 'verifying') return { id: 'export', text: m.export_under_way(), ratio: null, show }
  const { done, total } = verifying
  const text = m.export_verifying({ done: formatCount(done), total: formatCount(total) })
  return { id: 'export', text, ratio: total === 0 ? null : done / total, show }
}

function withPace(what: string, perSecond: number | null, secondsLeft: number | null): string {
  return [
    what,
    ...(perSecond === null ? [] : [formatRate(perSecond)]),
    ...(secondsLeft === null ? [] : [formatTimeLeft(secondsLeft)]),
  ].join(m.words_list_comma())
}
