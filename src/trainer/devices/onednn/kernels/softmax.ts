import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'

function overLastAxis(axisName: 'dim' | 'axis', logarithm: boolean): KernelMaker {
  return ({ backend, original }) =>
    (given) => {
      const logits = inputOf(given.inputs, 'logits')
      const axis = Number(given.attrs?.[axisName] ?? -1)
      const isLast = axis === -1 || axis === logits.shape.length - 1
      if (!isLast || logits.shape.length === 0 || !areFloats(logits)) return original(given)
      return backend.made(logits.shape, () => backend.addon.softmax(...backend.operand(logits), logarithm))
    }
}

export const softmax = overLastAxis('dim', false)
export const logSoftmax = overLastAxis('axis', true)
