import type { AppErrorCode } from '../../shared/errors.ts'
import type { Run, RunPhase, RunState } from '../../shared/domain/run.ts'
import { m } from '../messages.ts'
import { formatBytes, formatPercent } from '../ui/format.ts'
import { runNumber } from './compare-runs.ts'
import type { RunView, WarningEvent } from './run-view.ts'
import { presetTexts } from './setting-texts.ts'

export const runName = ({ id }: Pick<Run, 'id'>): string => m.tune_run_name({ number: String(runNumber(id)) })

export const presetTitle = ({ recipe }: Run): string => presetTexts[recipe.preset].title()

export const stateNames: Readonly<Record<RunState, () => string>> = {
  queued: m.tune_state_queued,
  running: m.tune_state_running,
  stopping: m.tune_state_stopping,
  stopped: m.tune_state_stopped,
  failed: m.tune_state_failed,
  interrupted: m.tune_state_interrupted,
  done: m.tune_state_done,
}

const phaseNames: Readonly<Record<RunPhase, () => string>> = {
  preparing: m.tune_phase_preparing,
  'loading-backbone': m.tune_phase_loading_backbone,
  'caching-features': m.tune_phase_caching_features,
  'fitting-head': m.tune_phase_fitting_head,
  'fine-tuning': m.tune_phase_fine_tuning,
  evaluating: m.tune_phase_evaluating,
  saving: m.tune_phase_saving,
}

/** What a run does now. */
export function phaseText(run: Run, { phase, step, epochs, waitsForBytes }: RunView): string {
  if (run.state === 'queued') return m.tune_phase_queued()
  if (run.state === 'stopping') return m.tune_phase_stopping()
  if (waitsForBytes !== null) return m.tune_phase_paused({ size: formatBytes(waitsForBytes) })
  if (phase === null) return m.tune_phase_preparing()
  if (phase !== 'fine-tuning') return phaseNames[phase]()
  if (step?.phase === 'evaluating') return m.tune_phase_validating()
  const epoch = Math.min(run.recipe.epochs, (epochs.at(-1)?.epoch ?? 0) + 1)
  return m.tune_phase_epoch({ epoch: String(epoch), epochs: String(run.recipe.epochs) })
}

export const warningTexts: Readonly<Record<WarningEvent['code'], () => string>> = {
  'images-missing': m.tune_warning_images_missing,
  'images-changed': m.tune_warning_images_changed,
  'images-unreadable': m.tune_warning_images_unreadable,
  'class-imbalance': m.tune_warning_class_imbalance,
  'micro-batch': m.tune_warning_micro_batch,
  resumed: m.tune_warning_resumed,
  restarted: m.tune_warning_restarted,
  'device-changed': m.tune_warning_device_changed,
  'checkpoint-left-out': m.tune_warning_checkpoint_left_out,
  'trainer-silent': m.tune_warning_trainer_silent,
}

interface FailureText {
  readonly title: () => string
  readonly text: () => string
}

const otherFailure: FailureText = { title: m.tune_failed_other, text: m.tune_failed_other_text }

const failureTexts: Readonly<Partial<Record<AppErrorCode, FailureText>>> = {
  'out-of-memory': { title: m.tune_failed_out_of_memory, text: m.tune_failed_out_of_memory_text },
  'not-finite': { title: m.tune_failed_not_finite, text: m.tune_failed_not_finite_text },
  'process-died': { title: m.tune_failed_process_died, text: m.tune_failed_process_died_text },
  'not-enough-data': { title: m.tune_failed_not_enough_data, text: m.tune_failed_not_enough_data_text },
  'no-device': { title: m.tune_failed_no_device, text: m.tune_failed_no_device_text },
  'device-lost': { title: m.tune_failed_device_lost, text: m.tune_failed_device_lost_text },
  'disk-full': { title: m.tune_failed_disk_full, text: m.tune_failed_disk_full_text },
  'resume-mismatch': { title: m.tune_failed_resume_mismatch, text: m.tune_failed_resume_mismatch_text },
  'no-permission': { title: m.tune_failed_no_permission, text: m.tune_failed_no_permission_text },
  'not-found': { title: m.tune_failed_not_found, text: m.tune_failed_not_found_text },
  'bad-file': { title: m.tune_failed_bad_file, text: m.tune_failed_bad_file_text },
}

/** What went wrong in plain words, and what to do. */
export const failureText = (code: AppErrorCode): FailureText => failureTexts[code] ?? otherFailure

/** How a run did against the best of the others, in points of a hundred. */
export function differenceText(run: Run, best: Run | null): string {
  if (best?.accuracy == null || run.accuracy === null) return m.tune_first()
  const difference = Math.round((run.accuracy - best.accuracy) * 1000) / 10
  if (difference === 0) return m.tune_equal({ run: runName(best) })
  const words = { points: formatPoints(Math.abs(difference)), run: runName(best) }
  return difference > 0 ? m.tune_better(words) : m.tune_worse(words)
}

/** Points without the sign of percent, in the digits of the language. */
const formatPoints = (points: number): string => formatPercent(points / 100, 1).replace(/\s?%/, '')
