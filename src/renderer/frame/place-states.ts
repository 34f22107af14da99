import type { ModelSummary } from '../../shared/domain/model.ts'
import { m } from '../messages.ts'
import type { Place } from '../navigation.svelte.ts'
import type { Studio } from '../studio.svelte.ts'
import { runWatches } from '../tune/run-watch-state.svelte.ts'
import { formatCount, formatPercent } from '../ui/format.ts'

/** How far one of the places on the way has come. */
export interface PlaceState {
  readonly text: string
  /** 0 to 1 where there is a share to show. */
  readonly ratio: number | null
  readonly isUnderWay?: boolean
}

export function placeState(studio: Studio, place: Place): PlaceState {
  switch (place) {
    case 'label':
      return labelState(studio)
    case 'tune':
      return tuneState(studio)
    case 'evaluate':
      return evaluateState(studio)
    case 'export':
      return exportState(studio)
    case 'settings':
      return { text: '', ratio: null }
  }
}

/** How much of the active run is done; null while that is not known. */
export function activeRunRatio(studio: Studio): number | null {
  return studio.activeRun === null ? null : runWatches(studio).of(studio.activeRun).ratio
}

function labelState({ counts }: Studio): PlaceState {
  if (counts === null) return { text: '', ratio: null }
  if (counts.images === 0) return { text: m.frame_state_no_images(), ratio: null }
  const readable = counts.labelled + counts.unlabelled
  return {
    text: m.frame_state_labelled({ labelled: formatCount(counts.labelled), images: formatCount(readable) }),
    ratio: readable === 0 ? 0 : counts.labelled / readable,
  }
}

function tuneState(studio: Studio): PlaceState {
  const { activeRun, runs } = studio
  const ratio = activeRunRatio(studio)
  if (activeRun?.state === 'queued') return { text: m.frame_state_queued(), ratio: null, isUnderWay: true }
  if (activeRun?.state === 'stopping') return { text: m.frame_state_stopping(), ratio, isUnderWay: true }
  if (activeRun !== null) {
    const text = ratio === null ? m.frame_state_starting() : m.frame_state_running({ share: formatPercent(ratio) })
    return { text, ratio, isUnderWay: true }
  }
  const [latest] = runs
  if (latest === undefined) return { text: m.frame_state_no_runs(), ratio: null }
  if (latest.state === 'failed' || latest.state === 'interrupted') return { text: m.frame_state_broke(), ratio: null }
  if (latest.state === 'stopped') return { text: m.frame_state_stopped(), ratio: null }
  return { text: m.frame_state_runs({ count: runs.length, shown: formatCount(runs.length) }), ratio: null }
}

function evaluateState({ models: [latest] }: Studio): PlaceState {
  if (latest === undefined) return { text: m.frame_state_no_model(), ratio: null }
  const accuracy = accuracyOf(latest)
  if (accuracy === null) return { text: m.frame_state_not_measured(), ratio: null }
  return { text: m.frame_state_right({ share: formatPercent(accuracy, 1) }), ratio: accuracy }
}

function accuracyOf({ evaluations }: ModelSummary): number | null {
  return (evaluations.find(({ split }) => split === 'test') ?? evaluations[0])?.accuracy ?? null
}

const formatNames = { onnx: 'ONNX', tfjs: 'TF.js', safetensors: 'safetensors' } as const

function exportState({ exports, models: [latest] }: Studio): PlaceState {
  if (latest === undefined) return { text: m.frame_state_no_model(), ratio: null }
  const current = exports.filter(({ modelId }) => modelId === latest.id)
  const verified = current.find(({ parity }) => parity.passed)
  if (verified !== undefined) {
    return { text: m.frame_state_verified({ format: formatNames[verified.format] }), ratio: null }
  }
  return { text: current.length > 0 ? m.frame_state_differs() : m.frame_state_not_exported(), ratio: null }
}
