import { describe, expect, test } from 'vitest'
import {
  addRunEvent,
  emptyRunView,
  headlineOf,
  paceOf,
  phasesOf,
  runRatio,
  type RunView,
} from '../../../src/renderer/tune/run-view.ts'
import { presets } from '../../../src/shared/domain/recipe.ts'
import type { EpochMetrics, RunEvent } from '../../../src/shared/domain/run.ts'

const recipe = { ...presets['fine-tune'], epochs: 5 }

function viewAfter(events: readonly RunEvent['event'][], from: RunView = emptyRunView): RunView {
  return events.reduce((view, event) => addRunEvent(view, { seq: view.lastSeq + 1, atMs: 0, event }, recipe), from)
}

const step = (done: number, loss: number | null, phase: 'fine-tuning' | 'evaluating' = 'fine-tuning') =>
  ({
    kind: 'step',
    phase,
    done,
    total: 100,
    loss,
    imagesPerSecond: 10,
    secondsLeft: 9,
    learningRate: 1e-3,
  }) as const

const epoch = (number: number, trainLoss = 1): { kind: 'epoch'; metrics: EpochMetrics } => ({
  kind: 'epoch',
  metrics: {
    epoch: number,
    trainLoss,
    trainAccuracy: 0.5,
    validationLoss: 1,
    validationAccuracy: 0.5,
    durationMs: 1,
    imagesPerSecond: 1,
  },
})

describe('events of a run', () => {
  test('an event that was read already changes nothing', () => {
    const view = viewAfter([epoch(1)])
    expect(addRunEvent(view, { seq: 1, atMs: 0, event: epoch(2) }, recipe)).toBe(view)
  })

  test('epochs that are run again after a resume take the place of the first ones', () => {
    const view = viewAfter([epoch(1, 3), epoch(2, 2), { kind: 'state', state: 'queued' }, epoch(2, 1)])
    expect(view.epochs.map(({ epoch: number, trainLoss }) => [number, trainLoss])).toEqual([
      [1, 3],
      [2, 1],
    ])
  })

  test('a run that goes on has not ended any more', () => {
    const ended = viewAfter([{ kind: 'finished', result: { outcome: 'stopped', resumable: true } }])
    expect(ended.result).not.toBeNull()
    expect(viewAfter([{ kind: 'state', state: 'queued' }], ended).result).toBeNull()
  })

  test('batch losses lie at the share of epochs that was done, and steps that are done again replace them', () => {
    const view = viewAfter([step(20, 2), step(40, 1.5), step(60, 1), step(40, 1.4)])
    expect(view.batchLosses).toEqual([
      { epoch: 1, loss: 2 },
      { epoch: 2, loss: 1.4 },
    ])
  })

  test('many batches are thinned, in their order', () => {
    const view = viewAfter(Array.from({ length: 2_000 }, (_, index) => step(index / 20, 1)))
    expect(view.batchLosses.length).toBeLessThanOrEqual(600)
    const places = view.batchLosses.map((point) => point.epoch)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  test('while an epoch is evaluated the training step stays', () => {
    const view = viewAfter([{ kind: 'phase', phase: 'fine-tuning' }, step(50, 1), step(10, null, 'evaluating')])
    expect(view.trainingStep?.done).toBe(50)
    expect(view.step?.phase).toBe('evaluating')
  })

  test('a run that waits for room says so, until it does something else', () => {
    const paused: RunEvent['event'] = { kind: 'paused', neededBytes: 45_000_000 }
    const warning: RunEvent['event'] = { kind: 'warning', code: 'trainer-silent', message: 'Silent.', paths: [] }
    const view = viewAfter([{ kind: 'phase', phase: 'fine-tuning' }, step(50, 1), paused, warning])
    expect(view.waitsForBytes).toBe(45_000_000)
    expect(paceOf({ state: 'running' }, view)).toEqual({ imagesPerSecond: null, secondsLeft: null })
    for (const next of [{ kind: 'checkpoint', epoch: 1, step: 0 }, step(51, 1)] as const) {
      expect(viewAfter([next], view).waitsForBytes).toBeNull()
    }
    expect(viewAfter([{ kind: 'state', state: 'queued' }], view).waitsForBytes).toBeNull()
  })

  test('the same warning is shown once', () => {
    const warning: RunEvent['event'] = { kind: 'warning', code: 'micro-batch', message: 'In parts.', paths: [] }
    expect(viewAfter([warning, warning]).warnings).toHaveLength(1)
  })
})

describe('how far a run is', () => {
  test('it never goes back, from before the start to the end', () => {
    const stages: readonly RunEvent['event'][][] = [
      [{ kind: 'phase', phase: 'preparing' }],
      [{ kind: 'phase', phase: 'caching-features' }],
      [{ kind: 'phase', phase: 'fine-tuning' }],
      [step(50, 1)],
      [step(5, null, 'evaluating')],
      [step(100, 1)],
      [{ kind: 'phase', phase: 'saving' }],
    ]
    let view = emptyRunView
    const ratios = stages.map((events) => {
      view = viewAfter(events, view)
      return runRatio(view, recipe) ?? -1
    })
    expect(ratios).toEqual(ratios.toSorted((a, b) => a - b))
    expect(runRatio(emptyRunView, recipe)).toBeNull()
    expect(runRatio(viewAfter([{ kind: 'state', state: 'done' }], view), recipe)).toBe(1)
  })

  test('Quick has no fine-tuning, Reference no head to fit first', () => {
    expect(phasesOf(presets.quick)).not.toContain('fine-tuning')
    expect(phasesOf(presets.reference)).not.toContain('fitting-head')
  })
})

test('a run is judged by the test images, else by the validation images', () => {
  const evaluation = (split: 'validation' | 'test') =>
    ({
      split,
      imageCount: 1,
      correctCount: 1,
      accuracy: 1,
      accuracyInterval: [0, 1] as [number, number],
      loss: 0,
      perClass: [],
      confusion: [],
      mistakes: [],
      outcomes: [],
      calibration: null,
      missing: [],
    }) satisfies Parameters<typeof headlineOf>[0][number]
  expect(headlineOf([evaluation('validation'), evaluation('test')])?.split).toBe('test')
  expect(headlineOf([evaluation('validation')])?.split).toBe('validation')
  expect(headlineOf([])).toBeNull()
})

describe('the pace of a run', () => {
  const running = { state: 'running' } as const

  test('is that of training, also while an epoch is being evaluated', () => {
    const view = viewAfter([{ kind: 'phase', phase: 'fine-tuning' }, step(20, 2)])
    const evaluating = viewAfter([{ ...step(5, null, 'evaluating'), secondsLeft: 1, imagesPerSecond: 99 }], view)
    expect(paceOf(running, evaluating)).toEqual({ imagesPerSecond: 10, secondsLeft: 9 })
  })

  test('is not known from a phase that is over, nor of a run that is not at work', () => {
    const view = viewAfter([{ kind: 'phase', phase: 'fine-tuning' }, step(20, 2)])
    const unknown = { imagesPerSecond: null, secondsLeft: null }
    expect(paceOf({ state: 'stopping' }, view)).toEqual(unknown)
    expect(paceOf(running, viewAfter([{ kind: 'phase', phase: 'evaluating' }], view))).toEqual(unknown)
    expect(paceOf(running, emptyRunView)).toEqual(unknown)
  })
})
