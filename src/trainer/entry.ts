import { trainer } from '../shared/contract/trainer.ts'
import type { TrainEvent, TrainJob } from '../shared/contract/trainer.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { serveParent } from '../shared/rpc/serve-parent.ts'
import { chooseDevice, probeDevices } from './devices/table.ts'
import { check, type CheckInput } from './check.ts'
import { evaluate } from './evaluate.ts'
import { explain } from './explain.ts'
import { exportModel } from './export.ts'
import { measure } from './measure.ts'
import { createModelKeeper } from './open-model.ts'
import { predict } from './predict.ts'
import { suggest, type SuggestInput } from './suggest.ts'
import { train } from './train.ts'
import { addBackbone, loadBackbone } from './weights/backbone-store.ts'

/** Ends the job of `train` at a checkpoint; null while there is none. */
let stopJob: AbortController | null = null

/** One picture after another is asked about: the model stays on the device until another kind of job comes. */
const keeper = createModelKeeper()

/** Gives the device to another kind of job. */
function alone<I, C, R>(job: (input: I, context: C) => AsyncIterable<R>): (input: I, context: C) => AsyncIterable<R> {
  return async function* (input, context) {
    await keeper.close()
    yield* job(input, context)
  }
}

async function* runJob(job: TrainJob, signal: AbortSignal): AsyncGenerator<TrainEvent, void> {
  if (stopJob !== null) throw new AppError('conflict', said`This trainer process is training already.`)
  const stop = new AbortController()
  stopJob = stop
  try {
    await using events = train(
      { ...job, versions: withOwnNode(job.versions) },
      {
        now: () => performance.now(),
        date: Date.now,
        signal: AbortSignal.any([signal, stop.signal]),
        chooseDevice: ({ device, threads, precision }) => chooseDevice(device, { threads, precision }),
        loadBackbone,
      },
    )
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
function withOwnNode(versions: Readonly<Record<string, string>>): Record<string, string> {
  return { ...versions, node: process.versions.node }
}

serveParent(
  { trainer },
  {
    trainer: {
      devices: async () => {
        await keeper.close()
        return probeDevices()
      },
      train: alone((job: TrainJob, { signal }: HandlerContext) => runJob(job, signal)),
      stop: () => {
        stopJob?.abort(new AppError('cancelled', said`The run was asked to stop.`))
        return {}
      },
      evaluate: alone(evaluate),
      suggest: alone(({ features, ...input }: SuggestInput, context: HandlerContext) =>
        suggest({ ...input, features: { ...features, versions: withOwnNode(features.versions) } }, context),
      ),
      check: alone(({ features, ...input }: CheckInput, context: HandlerContext) =>
        check({ ...input, features: { ...features, versions: withOwnNode(features.versions) } }, context),
      ),
      export: alone(exportModel),
      predict: (input, context) => predict(input, context, keeper.open),
      explain: (input) => explain(input, keeper.open),
      measure: async (input, context) => {
        await keeper.close()
        return measure(input, context)
      },
      addBackbone,
    },
  },
  process,
)
