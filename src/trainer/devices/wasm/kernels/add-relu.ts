import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'
import { areAlike, elementwise } from './elementwise.ts'

/** See fusedKernels.addRelu. */
export const addRelu: KernelMaker = (context) => (given) => {
  const a = inputOf(given.inputs, 'a')
  const b = inputOf(given.inputs, 'b')
  return areAlike(a, b) ? elementwise(context, operations.addRelu, [a, b]) : context.original(given)
}
