import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** See fusedKernels.batchNormTrain. */
export const batchNormTrain: KernelMaker =
  ({ backend }) =>
  ({ inputs, attrs }) => {
    const x = inputOf(inputs, 'x')
    const channels = [x.shape.at(-1) ?? 1]
    const [y, mean, variance, inverseDeviation] = backend.native(() =>
      backend.addon.batchNorm(
        ...backend.operand(x),
        ...backend.operand(inputOf(inputs, 'gamma')),
        ...backend.operand(inputOf(inputs, 'beta')),
        Number(attrs?.['epsilon']),
        attrs?.['relu'] === true,
      ),
    )
    return [backend.wrap(x.shape, y), ...[mean, variance, inverseDeviation].map((one) => backend.wrap(channels, one))]
  }
