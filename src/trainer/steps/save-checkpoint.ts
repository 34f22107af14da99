import type { TrainerEvent } from '../../shared/domain/run.ts'
import { isAppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { readWeightMap } from '../network/parameters.ts'
import { bytesOf, type Checkpoint, writeCheckpoint } from './checkpoint.ts'
import type { Optimizer } from './optimizer.ts'
import type { Session } from './session.ts'
import { waitForRoom } from './wait-for-room.ts'

/**
 * Writes down where the run stands. A full disk makes it wait until there is room; where the run is to stop meanwhile, it
 * stands where it was written down last. Errors: not-finite, no-permission, the signal's reason.
 */
export async function* saveCheckpoint(session: Session, optimizer?: Optimizer): AsyncGenerator<TrainerEvent, void> {
  const { job, identity, microBatchSize, state, best, average, network, parameters } = session
  const { signal } = session.world
  const checkpoint: Checkpoint = {
    identity,
    microBatchSize,
    state,
    parameters: await readWeightMap(network, parameters),
    momentum: optimizer ? await optimizer.readState() : new Map(),
    best,
    average,
  }
  const neededBytes = bytesOf(checkpoint)
  while (!(await isWritten(job.runFolder, checkpoint))) {
    if (signal.aborted) {
      yield leftOut
      throw signal.reason
    }
    yield { kind: 'paused', neededBytes }
    for await (const _ of waitForRoom(job.runFolder, { neededBytes, signal })) yield { kind: 'paused', neededBytes }
  }
  yield { kind: 'checkpoint', epoch: state.epochs, step: state.steps }
}

/** False where the disk has no room for it. */
async function isWritten(runFolder: string, checkpoint: Checkpoint): Promise<boolean> {
  try {
    await writeCheckpoint(runFolder, checkpoint)
    return true
  } catch (thrown) {
    if (isAppError(thrown) && thrown.code === 'disk-full') return false
    throw thrown
  }
}

const leftOut: TrainerEvent = {
  kind: 'warning',
  code: 'checkpoint-left-out',
  message: said`The disk is full: what was computed since the last checkpoint was not kept. Resuming computes it again.`,
  paths: [],
}
