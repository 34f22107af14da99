import { inputOf, optionalOperand, type KernelMaker } from '../kernel-maker.ts'

/** See fusedKernels.batchNormTrainGrad. */
export const batchNormTrainGrad: KernelMaker =
  ({ backend }) =>
  ({ inputs, attrs }) => {
    const x = inputOf(inputs, 'x')
    const channels = [x.shape.at(-1) ?? 1]
    const operandOf = (name: string) => backend.operand(inputOf(inputs, name))
    const [dx, dgamma, dbeta] = backend.native(() =>
      backend.addon.batchNormGradient(
        ...operandOf('dy'),
        ...backend.operand(x),
        ...operandOf('gamma'),
        ...operandOf('mean'),
        ...operandOf('inverseDeviation'),
        ...optionalOperand(backend, attrs?.['relu'] === true ? inputOf(inputs, 'y') : null),
      ),
    )
    return [backend.wrap(x.shape, dx), backend.wrap(channels, dgamma), backend.wrap(channels, dbeta)]
  }
