import { areAlike, inputOf, isSmall, type KernelMaker } from '../kernel-maker.ts'

/** a + b when nothing is broadcast. */
export const add: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const a = inputOf(given.inputs, 'a')
    const b = inputOf(given.inputs, 'b')
    if (!areAlike(a, b) || isSmall(a)) return original(given)
    return backend.made(a.shape, () => backend.addon.add(...backend.operand(a), ...backend.operand(b), false))
  }

/** See fusedKernels.addRelu. */
export const addRelu: KernelMaker =
  ({ backend }) =>
  ({ inputs }) => {
    const a = inputOf(inputs, 'a')
    const b = inputOf(inputs, 'b')
    return backend.made(a.shape, () => backend.addon.add(...backend.operand(a), ...backend.operand(b), true))
  }
