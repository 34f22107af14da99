import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'
import { elementwise } from './elementwise.ts'

/** See fusedKernels.reluGrad. */
export const reluGrad: KernelMaker =
  (context) =>
  ({ inputs }) =>
    elementwise(context, operations.reluGradient, [inputOf(inputs, 'dy'), inputOf(inputs, 'y')])
