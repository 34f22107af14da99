import { util } from '@tensorflow/tfjs-core'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'

/** Means over height and width of images; all others are the plain kernel's. Attributes axis, keepDims. */
export const mean: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const x = inputOf(given.inputs, 'x')
    const { axis, keepDims } = (given.attrs ?? {}) as unknown as { axis?: number | number[]; keepDims?: boolean }
    const axes = axis == null ? [] : util.parseAxisParam(axis, x.shape)
    if (x.shape.length !== 4 || axes.toSorted().join() !== '1,2' || !areFloats(x)) return original(given)
    const [images = 0, , , channels = 0] = x.shape
    const shape = keepDims === true ? [images, 1, 1, channels] : [images, channels]
    return backend.made(shape, () => backend.addon.spatialMean(...backend.operand(x)))
  }
