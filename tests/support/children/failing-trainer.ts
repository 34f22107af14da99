/**
 * A trainer that computes on the devices of this machine and fails after a checkpoint, as often as the file named by
 * ATHANOR_TEST_FAILURES has lines: with the error code that is on the first line, which it takes away, or, where that is
 * `destroy`, by the graphics card going away.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import { trainer, type TrainEvent, type TrainJob } from '../../../src/shared/contract/trainer.ts'
import { AppError, AppErrorCode } from '../../../src/shared/errors.ts'
import { serveParent } from '../../../src/shared/rpc/serve-parent.ts'
import { said } from '../../../src/shared/said.ts'
import { chooseDeviceOfRun } from '../../../src/trainer/devices/table.ts'
import { train } from '../../../src/trainer/train.ts'
import { loadBackbone } from '../../../src/trainer/weights/backbone-store.ts'

function takeFailure(): string | null {
  const file = process.env['ATHANOR_TEST_FAILURES'] ?? ''
  const [first, ...others] = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  writeFileSync(file, others.join('\n'))
  return first ?? null
}

async function* trainAndFail(job: TrainJob): AsyncGenerator<TrainEvent, void> {
  const events = train(job, {
    now: () => performance.now(),
    date: Date.now,
    signal: new AbortController().signal,
    chooseDevice: chooseDeviceOfRun,
    loadBackbone,
  })
  let next = await events.next()
  for (; !next.done; next = await events.next()) {
    yield { kind: 'progress', event: next.value }
    const failure = next.value.kind === 'checkpoint' ? takeFailure() : null
    if (failure === 'destroy') (tf.backend() as unknown as { device: { destroy(): void } }).device.destroy()
    // The error is thrown where the device would: so that whatever handles it there does.
    else if (failure !== null)
      next = await events.throw(new AppError(AppErrorCode.parse(failure), said`It was to fail.`))
  }
  yield { kind: 'ended', manifest: next.value }
}

const unused = () => {
  throw new AppError('internal', said`Not for this.`)
}
const others = Object.fromEntries(Object.keys(trainer).map((name) => [name, unused]))
serveParent({ trainer }, { trainer: { ...others, train: trainAndFail } as never }, process)
