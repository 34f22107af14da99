import { util, type KernelFunc, type TensorInfo } from '@tensorflow/tfjs-core'

/** In JavaScript so many values take milliseconds. */
const largeTensorSize = 65_536

/** How often tfjs's plain kernels computed large tensors in JavaScript, by name: what the addon should have a kernel for. */
export class PlainKernelCounts {
  readonly #runs = new Map<string, number>()

  get runs(): ReadonlyMap<string, number> {
    return this.#runs
  }

  /** The same kernel, its runs counted. */
  counting(kernelName: string, kernelFunc: KernelFunc): KernelFunc {
    return (given) => {
      const outputs = kernelFunc(given)
      if (isLargeWork(Object.values(given.inputs), [outputs].flat()))
        this.#runs.set(kernelName, (this.#runs.get(kernelName) ?? 0) + 1)
      return outputs
    }
  }
}

/** A reshape or a clone hands on the data that it is given, which costs nothing. */
function isLargeWork(inputs: readonly (TensorInfo | undefined)[], outputs: readonly TensorInfo[]): boolean {
  const given = inputs.filter((input) => input !== undefined)
  const isHandedOn = outputs.every(({ dataId }) => given.some((input) => input.dataId === dataId))
  return !isHandedOn && [...given, ...outputs].some(({ shape }) => util.sizeFromShape(shape) >= largeTensorSize)
}
