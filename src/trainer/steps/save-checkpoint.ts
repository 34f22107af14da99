import type { TrainerEvent } from '../../shared/domain/run.ts'
import { readWeightMap } from '../network/parameters.ts'
import { writeCheckpoint } from './checkpoint.ts'
import type { Optimizer } from './optimizer.ts'
import type { Session } from './session.ts'

/** Writes down where the run stands. Errors: not-finite, disk-full. */
export async function* saveCheckpoint(session: Session, optimizer?: Optimizer): AsyncGenerator<TrainerEvent, void> {
  const { job, identity, microBatchSize, state, best, network, parameters } = session
  await writeCheckpoint(job.runFolder, {
    identity,
    microBatchSize,
    state,
    parameters: await readWeightMap(network, parameters),
    momentum: optimizer ? await optimizer.readState() : new Map(),
    best,
  })
  yield { kind: 'checkpoint', epoch: state.epochs, step: state.steps }
}
