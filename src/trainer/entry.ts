import { trainer } from '../shared/contract/trainer.ts'
import type { TrainEvent, TrainJob } from '../shared/contract/trainer.ts'
import { AppError, isAppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { HandlerContext } from '../shared/rpc/endpoint.ts'
import { serveParent } from '../shared/rpc/serve-parent.ts'
import { chooseDeviceOfRun, probeDevices } from './devices/table.ts'
import { check, type CheckInput } from './check.ts'
import { evaluate } from './evaluate.ts'
import { explain } from './explain.ts'
import { exportModel } from './export.ts'
import { measure } from './measure.ts'
import { draft, type DraftInput } from './draft.ts'
import { createBackboneKeeper } from './open-backbone.ts'
import { createModelKeeper } from './open-model.ts'
import { predict, type PredictInput } from './predict.ts'
import { suggest, type SuggestInput } from './suggest.ts'
import { train } from './train.ts'
import { addBackbone, loadBackbone } from './weights/backbone-store.ts'

/** Ends the job of `train` at a checkpoint; null while there is none. */
let stopJob: AbortController | null = null

/** One picture after another is asked about: the model stays on the device until another kind of job comes. */
const models = createModelKeeper()
/** And one draft after another is made. */
const backbones = createBackboneKeeper()

async function freeDevice(): Promise<void> {
  await models.close()
  await backbones.close()
}

/** Gives the device to another kind of job. */
function alone<I, C, R>(job: (input: I, context: C) => AsyncIterable<R>): (input: I, context: C) => AsyncIterable<R> {
  return async function* (input, context) {
    await freeDevice()
    yield* job(input, context)
  }
}

/** What a device that failed holds is of no use to the next job, which opens it anew. */
async function leaveFailed(thrown: unknown): Promise<never> {
  if (isAppError(thrown) && (thrown.code === 'device-lost' || thrown.code === 'out-of-memory')) await freeDevice()
  throw thrown
}

function leavingFailed<I, C, R>(
  job: (input: I, context: C) => AsyncIterable<R>,
): (input: I, context: C) => AsyncIterable<R> {
  return async function* (input, context) {
    try {
      yield* job(input, context)
    } catch (thrown) {
      await leaveFailed(thrown)
    }
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
        chooseDevice: chooseDeviceOfRun,
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

function withOwnVersions<I extends { readonly features: SuggestInput['features'] }>(input: I): I {
  const { features } = input
  return { ...input, features: { ...features, versions: withOwnNode(features.versions) } }
}

serveParent(
  { trainer },
  {
    trainer: {
      devices: async () => {
        await freeDevice()
        return probeDevices()
      },
      train: alone((job: TrainJob, { signal }: HandlerContext) => runJob(job, signal)),
      stop: () => {
        stopJob?.abort(new AppError('cancelled', said`The run was asked to stop.`))
        return {}
      },
      evaluate: alone(evaluate),
      suggest: alone((input: SuggestInput, context: HandlerContext) => suggest(withOwnVersions(input), context)),
      check: alone((input: CheckInput, context: HandlerContext) => check(withOwnVersions(input), context)),
      export: alone(exportModel),
      draft: leavingFailed(async function* (input: DraftInput, context: HandlerContext) {
        await models.close()
        yield* draft(withOwnVersions(input), context, backbones.open)
      }),
      predict: leavingFailed(async function* (input: PredictInput, context: HandlerContext) {
        await backbones.close()
        yield* predict(input, context, models.open)
      }),
      explain: async (input) => {
        await backbones.close()
        return explain(input, models.open).catch(leaveFailed)
      },
      measure: async (input, context) => {
        await freeDevice()
        return measure(input, context)
      },
      addBackbone,
    },
  },
  process,
)
