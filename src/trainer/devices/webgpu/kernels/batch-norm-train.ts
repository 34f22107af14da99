import { util } from '@tensorflow/tfjs-core'
import { floatLiteral, reluOf, runElementwise } from '../gpu-program.ts'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { sumOverRows } from '../sum-over-rows.ts'

/** See fusedKernels.batchNormTrain. The variance is that of what the mean leaves: squares of large numbers would cancel. */
export const batchNormTrain: KernelMaker =
  ({ backend }) =>
  ({ inputs, attrs }) => {
    const x = inputOf(inputs, 'x')
    const [gamma, beta] = [inputOf(inputs, 'gamma'), inputOf(inputs, 'beta')]
    const channels = x.shape.at(-1) ?? 1
    const rows = util.sizeFromShape(x.shape) / channels
    const size = { rows, channels, factor: 1 / rows }
    const sums = sumOverRows(backend, { ...size, key: 'mean', inputs: { x }, terms: ['x[at]'] })
    const mean = { ...sums, shape: [channels] }
    const squares = sumOverRows(backend, {
      ...{ ...size, key: 'variance', inputs: { x, mean } },
      before: 'let rest = x[at] - mean[channel];',
      terms: ['rest * rest'],
    })
    const variance = { ...squares, shape: [channels] }
    const epsilon = floatLiteral(Number(attrs?.['epsilon']))
    const inverseDeviation = runElementwise(backend, {
      ...{ key: `inverse deviation ${epsilon}`, inputs: { variance }, outputShape: [channels] },
      value: `inverseSqrt(variance[i] + ${epsilon})`,
    })
    const normalised = `let normalised = (x[i] - mean[channel]) * inverseDeviation[channel] * gamma[channel] + beta[channel];`
    const relu = attrs?.['relu'] === true
    const y = runElementwise(backend, {
      key: `normalise ${channels} ${relu}`,
      inputs: { x, mean, inverseDeviation, gamma, beta },
      outputShape: x.shape,
      before: `let channel = i % ${channels}; ${normalised}`,
      value: relu ? reluOf('normalised') : 'normalised',
    })
    return [y, mean, variance, inverseDeviation]
  }
