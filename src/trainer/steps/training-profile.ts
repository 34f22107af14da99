import type { TrainerEvent } from '../../shared/domain/run.ts'
import type { ActiveDevice } from '../devices/device.ts'
import { timeKernels } from '../devices/kernel-times.ts'
import { isProcessor } from '../devices/processor.ts'

/** Where the time of training goes: waiting for pictures, and each kernel where the device lets them be timed. */
export interface TrainingProfile {
  /** The same items; the time until each is there counts as waiting. */
  waitsFor<T>(items: AsyncIterable<T>): AsyncGenerator<T, void>
  /** Counts as computing. */
  during<R>(compute: () => R | Promise<R>): Promise<R>
  event(): TrainerEvent
  /** Ends the timing of kernels. */
  stop(): void
}

export function createTrainingProfile(device: ActiveDevice, now: () => number): TrainingProfile {
  const kernels = isProcessor(device.id) ? timeKernels(now) : null
  const plainBefore = new Map(device.plainKernelRuns?.())
  let waitMs = 0
  let computeMs = 0
  return {
    async *waitsFor(items) {
      let startMs = now()
      for await (const item of items) {
        waitMs += now() - startMs
        yield item
        startMs = now()
      }
      waitMs += now() - startMs
    },
    async during(compute) {
      const startMs = now()
      if (kernels) kernels.isCounting = true
      try {
        return await compute()
      } finally {
        if (kernels) kernels.isCounting = false
        computeMs += now() - startMs
      }
    },
    event: () => ({
      kind: 'profile',
      waitSeconds: waitMs / 1000,
      computeSeconds: computeMs / 1000,
      kernels: [...(kernels?.byName ?? [])]
        .map(([name, { runs, milliseconds }]) => ({ name, runs, seconds: milliseconds / 1000 }))
        .sort((a, b) => b.seconds - a.seconds),
      plainKernels: [...(device.plainKernelRuns?.() ?? [])]
        .map(([name, runs]) => ({ name, runs: runs - (plainBefore.get(name) ?? 0) }))
        .filter(({ runs }) => runs > 0),
    }),
    stop: () => kernels?.stop(),
  }
}
