import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'
import { elementwise } from './elementwise.ts'

/** See fusedKernels.addRelu. */
export const addRelu: KernelMaker =
  (context) =>
  ({ inputs }) =>
    elementwise(context, operations.addRelu, [inputOf(inputs, 'a'), inputOf(inputs, 'b')])
