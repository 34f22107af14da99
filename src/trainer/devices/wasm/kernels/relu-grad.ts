import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'
import { areAlike, elementwise } from './elementwise.ts'

/** See fusedKernels.reluGrad. */
export const reluGrad: KernelMaker = (context) => (given) => {
  const dy = inputOf(given.inputs, 'dy')
  const y = inputOf(given.inputs, 'y')
  return areAlike(dy, y) ? elementwise(context, operations.reluGradient, [dy, y]) : context.original(given)
}
