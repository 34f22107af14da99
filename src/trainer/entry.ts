import { trainer } from '../shared/contract/trainer.ts'
import type { TrainEvent, TrainJob } from '../shared/contract/trainer.ts'
import { AppError } from '../shared/errors.ts'
import { serveParent } from '../shared/rpc/serve-parent.ts'
import { chooseDevice, probeDevices } from './devices/table.ts'
import { evaluate } from './evaluate.ts'
import { exportModel } from './export.ts'
import { predict } from './predict.ts'
import { train } from './train.ts'
import { addBackbone, loadBackbone } from './weights/backbone-store.ts'

/** Ends the job of `train` at a checkpoint; null while there is none. */
let stopJob: AbortController | null = null

async function* runJob(job: TrainJob, signal: AbortSignal): AsyncGenerator<TrainEvent, void> {
  if (stopJob !== null) throw new AppError('conflict', 'This trainer process is training already.')
  const stop = new AbortController()
  stopJob = stop
  try {
    await using events = train(withOwnNode(job), {
      now: () => performance.now(),
      date: Date.now,
      signal: AbortSignal.any([signal, stop.signal]),
      chooseDevice: ({ device, threads }) => chooseDevice(device, { threads }),
      loadBackbone,
    })
    let next = await events.next()
    while (!next.done) {
      yield { kind: 'progress', event: next.value }
      next = await events.next()
    }
    yield { kind: 'ended', manifest: next.value }
  } catch (thrown) {
    if (!stop.signal.aborted || thrown !== stop.signal.reason) throw thrown
    yield { kind: 'ended', manifest: null }
  } finally {
    stopJob = null
  }
}

/** The numbers come out of this Node, whatever core runs under. */
function withOwnNode(job: TrainJob): TrainJob {
  return { ...job, versions: { ...job.versions, node: process.versions.node } }
}

serveParent(
  { trainer },
  {
    trainer: {
      devices: probeDevices,
      train: (job, { signal }) => runJob(job, signal),
      stop: () => {
        stopJob?.abort(new AppError('cancelled', 'The run was asked to stop.'))
        return {}
      },
      evaluate,
      predict,
      export: exportModel,
      addBackbone,
    },
  },
  process,
)
