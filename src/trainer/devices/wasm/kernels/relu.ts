import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'
import { elementwise } from './elementwise.ts'

/** max(x, 0) on every thread. */
export const relu: KernelMaker = (context) => (given) => {
  const x = inputOf(given.inputs, 'x')
  return x.dtype === 'float32' ? elementwise(context, operations.relu, [x]) : context.original(given)
}
