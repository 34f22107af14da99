import type { RunId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { RunPhase } from '../../../shared/domain/run.ts'
import type { OpenProject } from '../core-context.ts'
import { getDataset } from '../datasets/dataset-repository.ts'
import type { Host } from '../host.ts'
import { recallCost, rememberCost } from './remembered-costs.ts'
import { leastHeadSeconds, looksOf } from './run-duration.ts'
import { readEvents } from './run-events.ts'
import { getRun } from './run-repository.ts'

/** Remembers what the images of a run that is done have cost, which tells more than any warm-up. */
export function learnFromRun(host: Host, project: OpenProject, runId: RunId): void {
  const { recipe, datasetId, device, startedAtMs, endedAtMs } = getRun(project.reader, runId)
  const history = readHistory(project, runId, recipe)
  const { countsByClass } = getDataset(project.reader, datasetId)
  const trainCount = Math.min(
    countsByClass.reduce((sum, { train }) => sum + train, 0),
    recipe.limit ?? Infinity,
  )
  const known = recallCost(host, project.id, { recipe, trainCount })
  const inferSecondsPerImage = history.inferSecondsPerImage ?? known?.inferSecondsPerImage
  const trainSecondsPerImage = history.trainSecondsPerImage ?? known?.trainSecondsPerImage ?? null
  if (device === null || inferSecondsPerImage === undefined) return
  const headSeconds = history.secondsOf('fitting-head', endedAtMs)
  const cost = {
    device,
    deviceName: history.deviceName ?? known?.deviceName ?? device,
    trainSecondsPerImage,
    inferSecondsPerImage,
    memoryBytes: known?.memoryBytes ?? null,
    microBatchSize: known?.microBatchSize ?? null,
    openSeconds: history.openSeconds(startedAtMs, endedAtMs) ?? known?.openSeconds ?? null,
    epochRestSeconds: history.epochRestSeconds(endedAtMs) ?? known?.epochRestSeconds ?? null,
    headSecondsPerImage:
      headSeconds === null
        ? (known?.headSecondsPerImage ?? null)
        : Math.max(0, headSeconds - leastHeadSeconds) / (trainCount * recipe.views),
  }
  rememberCost(host, project.id, { recipe, trainCount, cost })
}

/** Without pictures: before the first is read, and after the last. What went before the first of them counts too. */
const openPhases: readonly RunPhase[] = ['preparing', 'loading-backbone', 'saving']

function readHistory(project: OpenProject, runId: RunId, recipe: Recipe) {
  const phases: { readonly phase: RunPhase; readonly atMs: number }[] = []
  const epochRates: { readonly perSecond: number; readonly images: number }[] = []
  let trainedMs = 0
  const inferRates = new Map<RunPhase, number>()
  let deviceName: string | undefined
  const events = readEvents(project.reader, runId, { afterSeq: 0, limit: Number.MAX_SAFE_INTEGER })
  for (const { event, atMs } of events) {
    if (event.kind === 'phase') phases.push({ phase: event.phase, atMs })
    if (event.kind === 'device') deviceName = event.reports.find(({ id }) => id === event.chosen)?.name
    if (event.kind === 'epoch' && event.metrics.imagesPerSecond > 0) {
      const { imagesPerSecond, durationMs } = event.metrics
      epochRates.push({ perSecond: imagesPerSecond, images: (imagesPerSecond * durationMs) / 1000 })
      trainedMs += durationMs
    }
    if (event.kind !== 'step' || event.imagesPerSecond === null || event.imagesPerSecond <= 0) continue
    if (event.phase === 'caching-features') inferRates.set(event.phase, event.imagesPerSecond)
    if (event.phase === 'evaluating') inferRates.set(event.phase, event.imagesPerSecond * looksOf(recipe))
  }
  const secondsOf = (wanted: RunPhase, endMs: number | null): number | null => {
    const at = phases.findIndex(({ phase }) => phase === wanted)
    const from = phases[at]?.atMs
    const until = phases[at + 1]?.atMs ?? endMs
    return from === undefined || until === null ? null : Math.max(0, until - from) / 1000
  }
  // A run that was resumed or restarted has opened more than once; one that waited for its disk took longer than it will.
  const hasPaused = events.some(({ event }) => event.kind === 'paused')
  const isWhole = !hasPaused && phases.filter(({ phase }) => phase === 'preparing').length === 1
  // Where the backbone stays as it is, evaluating reads what was kept of each image and says nothing of looking at one.
  const evaluatingRate = recipe.epochs === 0 ? undefined : inferRates.get('evaluating')
  const inferRate = inferRates.get('caching-features') ?? evaluatingRate
  const trainRate = medianOf(epochRates.map(({ perSecond }) => perSecond))
  // The first steps prepare what the others find ready, which counts for much in a short run.
  const imagesTrained = epochRates.reduce((sum, { images }) => sum + images, 0)
  const slowerSeconds = trainRate === undefined ? 0 : Math.max(0, trainedMs / 1000 - imagesTrained / trainRate)
  return {
    deviceName,
    trainSecondsPerImage: trainRate === undefined ? undefined : 1 / trainRate,
    inferSecondsPerImage: inferRate === undefined ? undefined : 1 / inferRate,
    epochRestSeconds: (endMs: number | null) => {
      const seconds = isWhole ? secondsOf('fine-tuning', endMs) : null
      return seconds === null ? null : Math.max(0, seconds - trainedMs / 1000) / Math.max(1, epochRates.length)
    },
    secondsOf: (phase: RunPhase, endMs: number | null) => (isWhole ? secondsOf(phase, endMs) : null),
    openSeconds: (startMs: number | null, endMs: number | null) => {
      const first = phases[0]
      if (!isWhole || first === undefined) return null
      const startSeconds = Math.max(0, first.atMs - (startMs ?? first.atMs)) / 1000
      return openPhases.reduce((sum, phase) => sum + (secondsOf(phase, endMs) ?? 0), startSeconds + slowerSeconds)
    },
  }
}

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
