import { lanesOfShape, runElementwise } from '../gpu-program.ts'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'

/** See fusedKernels.sgdUpdate: changes the parameter, and the momentum buffer, in place. A program writes one tensor. */
export const sgdUpdate: KernelMaker =
  ({ backend }) =>
  ({ inputs, attrs }) => {
    const [parameter, gradient] = [inputOf(inputs, 'parameter'), inputOf(inputs, 'gradient')]
    const { momentumBuffer } = inputs
    const numberOf = (name: string) => Number(attrs?.[name])
    const numbers = {
      rate: numberOf('learningRate'),
      scale: numberOf('gradientScale'),
      decay: numberOf('weightDecay'),
      momentum: numberOf('momentum'),
    }
    const shared = { outputShape: parameter.shape, lanes: lanesOfShape(parameter.shape), numbers }
    const slope = (of: string) => `uniforms.scale * gradient[i] + uniforms.decay * ${of}[i]`
    if (momentumBuffer === undefined) {
      const value = `result[i] - uniforms.rate * (${slope('result')})`
      runElementwise(backend, { ...shared, key: 'descend', inputs: { gradient }, value }, parameter)
    } else {
      const moved = `uniforms.momentum * result[i] + ${slope('parameter')}`
      const given = { ...shared, key: 'gather momentum', inputs: { gradient, parameter }, value: moved }
      runElementwise(backend, given, momentumBuffer)
      const value = 'result[i] - uniforms.rate * momentumBuffer[i]'
      const step = { ...shared, key: 'follow momentum', inputs: { momentumBuffer }, value }
      runElementwise(backend, step, parameter)
    }
    return backend.makeTensorInfo([], 'float32', Float32Array.of(0))
  }
