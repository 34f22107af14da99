import { z } from 'zod'
import { DatasetId, RunId } from '../domain/ids.ts'
import { Preset, RecipeOverrides } from '../domain/recipe.ts'
import { Run, RunEvent } from '../domain/run.ts'
import { call, stream } from '../rpc/endpoint.ts'
import { inProject } from './project.ts'

export const runs = {
  /** Starts a run, which outlives the caller. Without a dataset the labels of now are frozen first. */
  start: call(
    inProject.extend({
      preset: Preset.default('fine-tune'),
      overrides: RecipeOverrides.default({}),
      datasetId: DatasetId.nullable().default(null),
    }),
    Run,
  ),
  /** Goes on from the last checkpoint. Errors: conflict, resume-mismatch with the differences listed. */
  resume: call(inProject.extend({ runId: RunId }), Run),
  /** Asks a run to stop; it makes a checkpoint first and can be resumed. Returns as soon as it was told. */
  stop: call(inProject.extend({ runId: RunId }), Run),
  /** Replays the events after `afterSeq`, then follows; ends when the run has ended. Leaving it stops nothing. */
  watch: stream(inProject.extend({ runId: RunId, afterSeq: z.int().nonnegative().default(0) }), RunEvent),
  /** Newest first. */
  list: call(inProject, z.array(Run)),
  get: call(inProject.extend({ runId: RunId }), Run),
}
