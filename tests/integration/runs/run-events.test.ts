import { expect, test } from 'vitest'
import { transaction } from '../../../src/main/core/database/handles.ts'
import { freezeDataset } from '../../../src/main/core/datasets/freeze-dataset.ts'
import { labelFromFolders } from '../../../src/main/core/labels/label-from-folders.ts'
import { createNodeHost } from '../../../src/main/core/processes/node-host.ts'
import { freezeOptionsOfRuns } from '../../../src/main/core/runs/preview-dataset.ts'
import { readEvents } from '../../../src/main/core/runs/run-events.ts'
import { createRunLog } from '../../../src/main/core/runs/run-log.ts'
import { insertRun } from '../../../src/main/core/runs/run-repository.ts'
import { presets } from '../../../src/shared/domain/recipe.ts'
import type { TrainerEvent } from '../../../src/shared/domain/run.ts'
import { addImages, openTestProject } from '../../support/test-project.ts'

const stepCount = 10_000
const stepsPerEpoch = 1_000

function stepOf(done: number): TrainerEvent {
  const figures = { loss: 0.693147 / (1 + done), imagesPerSecond: 123.456789, secondsLeft: 4321.987654 }
  return { kind: 'step', phase: 'fine-tuning', done, total: stepCount, learningRate: 0.0063999, ...figures }
}

function epochOf(epoch: number): TrainerEvent {
  const losses = { trainLoss: 0.5, trainAccuracy: 0.75, validationLoss: 0.5, validationAccuracy: 0.75 }
  return { kind: 'epoch', metrics: { epoch, ...losses, durationMs: 1000, imagesPerSecond: 100 } }
}

test('a long run keeps its epochs and as many steps as a chart can show, and replays in order', () => {
  const project = openTestProject()
  addImages(project, ['cat/1.png', 'dog/1.png'])
  transaction(project.writer, (tx) => labelFromFolders(tx, 0))
  const { id: datasetId } = freezeDataset(project.writer, freezeOptionsOfRuns, 0)
  const runId = transaction(project.writer, (tx) => insertRun(tx, { datasetId, recipe: presets.quick, createdAtMs: 1 }))
  const log = createRunLog(createNodeHost(), project, runId)
  const epochsSeen: number[] = []
  let lastSeq = 0
  for (let done = 1; done <= stepCount; done += 1) {
    log.add(stepOf(done))
    // As often as the timer would: each step is stored.
    log.flush()
    if (done % stepsPerEpoch === 0) log.add(epochOf(done / stepsPerEpoch))
    if (done % 7 > 0) continue
    // Someone who follows sees numbers rise and no epoch missing, though steps are thinned out around him.
    for (const { seq, event } of readEvents(project.reader, runId, { afterSeq: lastSeq, limit: 500 })) {
      expect(seq).toBeGreaterThan(lastSeq)
      lastSeq = seq
      if (event.kind === 'epoch') epochsSeen.push(event.metrics.epoch)
    }
  }
  log.close()
  const events = readEvents(project.reader, runId, { afterSeq: 0, limit: 100_000 })
  const epochs = events.flatMap(({ event }) => (event.kind === 'epoch' ? [event.metrics.epoch] : []))
  expect(epochsSeen).toEqual(epochs.slice(0, -1))
  expect(epochs).toEqual(Array.from({ length: stepCount / stepsPerEpoch }, (_, at) => at + 1))
  const steps = events.flatMap(({ event }) => (event.kind === 'step' ? [event.done] : []))
  expect(steps.length).toBeLessThanOrEqual(2_500)
  expect(steps.length).toBeGreaterThan(1_000)
  expect(steps).toEqual(steps.toSorted((a, b) => a - b))
  expect([steps[0], steps.at(-1)]).toEqual([1, stepCount])
  const { bytes } = project.reader
    .prepare<{ bytes: number }>('SELECT sum(length(event)) + 24 * count(*) AS bytes FROM run_event')
    .get() ?? { bytes: NaN }
  expect(bytes).toBeLessThan(600_000)
  console.log(`${stepCount} steps: ${steps.length} kept, ${Math.round(bytes / 1000)} kB of events`)
})
