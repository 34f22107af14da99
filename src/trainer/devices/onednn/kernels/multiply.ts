import { areFloats, inputOf, isSmall, type KernelMaker } from '../kernel-maker.ts'

/** A factor for each entry of the last axis, as filters are folded with; all others are the plain kernel's. */
export const multiply: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const a = inputOf(given.inputs, 'a')
    const b = inputOf(given.inputs, 'b')
    const isPerColumn = b.shape.length === 1 && a.shape.length > 1 && a.shape.at(-1) === b.shape[0]
    if (!isPerColumn || !areFloats(a, b) || isSmall(a)) return original(given)
    return backend.made(a.shape, () => backend.addon.scaleLastAxis(...backend.operand(a), ...backend.operand(b)))
  }
