import * as tf from '@tensorflow/tfjs-core'

/** How often a kernel ran, and how long in all. */
export interface KernelTime {
  readonly runs: number
  readonly milliseconds: number
}

export interface KernelTimes {
  /** Counted from here on, until told otherwise. */
  isCounting: boolean
  readonly byName: ReadonlyMap<string, KernelTime>
  /** Puts the kernels back as they were. */
  stop(): void
}

/** Times the kernels of the active backend, which must have computed when they return, as those of the processor have. */
export function timeKernels(now: () => number): KernelTimes {
  const backendName = tf.getBackend()
  const originals = [...tf.getKernelsForBackend(backendName)]
  const byName = new Map<string, KernelTime>()
  const times = { isCounting: false, byName, stop: () => replace(originals) }
  replace(originals.map((config) => ({ ...config, kernelFunc: timed(config) })))
  return times

  function timed({ kernelName, kernelFunc }: tf.KernelConfig): tf.KernelFunc {
    return (given) => {
      const startMs = now()
      const outputs = kernelFunc(given)
      if (!times.isCounting) return outputs
      const { runs, milliseconds } = byName.get(kernelName) ?? { runs: 0, milliseconds: 0 }
      byName.set(kernelName, { runs: runs + 1, milliseconds: milliseconds + now() - startMs })
      return outputs
    }
  }
}

function replace(configs: readonly tf.KernelConfig[]): void {
  for (const config of configs) {
    tf.unregisterKernel(config.kernelName, config.backendName)
    tf.registerKernel(config)
  }
}
