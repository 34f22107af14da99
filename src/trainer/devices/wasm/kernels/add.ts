import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations } from '../operations.ts'
import { areAlike, elementwise } from './elementwise.ts'

/** a + b on every thread when nothing is broadcast. */
export const add: KernelMaker = (context) => (given) => {
  const a = inputOf(given.inputs, 'a')
  const b = inputOf(given.inputs, 'b')
  return areAlike(a, b) ? elementwise(context, operations.add, [a, b]) : context.original(given)
}
