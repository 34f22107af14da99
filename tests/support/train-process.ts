import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrainJob } from '../../src/shared/contract/trainer.ts'
import type { ModelManifest } from '../../src/shared/domain/model.ts'
import type { TrainerEvent } from '../../src/shared/domain/run.ts'
import type { Host } from '../../src/main/core/host.ts'
import { createNodeHost } from '../../src/main/core/processes/node-host.ts'
import { openTrainer } from '../../src/main/core/processes/open-process.ts'

export type Reaction = 'kill' | 'stop' | undefined

export interface TrainedJob {
  readonly events: readonly TrainerEvent[]
  /** Null where it was killed or stopped. */
  readonly manifest: ModelManifest | null
  readonly wasKilled: boolean
}

/**
 * Runs a job in a trainer process of its own. `react` sees each event and says whether the process is killed with SIGKILL,
 * perhaps after a while, or asked to stop.
 */
export async function trainInProcess(
  job: TrainJob,
  react: (event: TrainerEvent, pid: number) => Promise<Reaction> | Reaction = () => undefined,
  host: Host = createNodeHost(),
): Promise<TrainedJob> {
  const trainer = openTrainer(host)
  const events: TrainerEvent[] = []
  let wasKilled = false
  try {
    for await (const message of trainer.client.train(job)) {
      if (message.kind === 'ended') return { events, manifest: message.manifest, wasKilled }
      events.push(message.event)
      if (trainer.pid === undefined || wasKilled) continue
      const reaction = await react(message.event, trainer.pid)
      if (reaction === 'stop') void trainer.client.stop({}).catch(() => undefined)
      if (reaction === 'kill') {
        wasKilled = true
        process.kill(trainer.pid, 'SIGKILL')
      }
    }
    throw new Error('The stream of the run ended without a word.')
  } catch (thrown) {
    if (wasKilled) return { events, manifest: null, wasKilled }
    throw thrown
  } finally {
    await trainer.close()
  }
}

/** SHA-256 of the trained weights, and the metrics of all epochs without what depends on the clock. */
export async function fingerprintOf(job: TrainJob, manifest: ModelManifest): Promise<unknown> {
  const weights = await readFile(join(job.modelFolder, 'weights.safetensors'))
  return {
    weights: createHash('sha256').update(weights).digest('hex'),
    history: manifest.history.map(({ durationMs: _, imagesPerSecond: __, ...metrics }) => metrics),
    evaluations: manifest.evaluations,
  }
}
