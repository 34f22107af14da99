import { util } from '@tensorflow/tfjs-core'
import { floatLiteral, runElementwise } from '../gpu-program.ts'
import { inputOf, type KernelMaker } from '../kernel-maker.ts'
import { sumOverRows } from '../sum-over-rows.ts'

/** See fusedKernels.batchNormTrainGrad. */
export const batchNormTrainGrad: KernelMaker =
  ({ backend }) =>
  ({ inputs, attrs }) => {
    const [dy, x, gamma] = [inputOf(inputs, 'dy'), inputOf(inputs, 'x'), inputOf(inputs, 'gamma')]
    const [mean, inverseDeviation] = [inputOf(inputs, 'mean'), inputOf(inputs, 'inverseDeviation')]
    const relu = attrs?.['relu'] === true
    const channels = x.shape.at(-1) ?? 1
    const rows = util.sizeFromShape(x.shape) / channels
    const given = { dy, x, mean, inverseDeviation, ...(relu ? { y: inputOf(inputs, 'y') } : {}) }
    const partsAt = (at: string) => `
      let flows = ${relu ? `select(0.0, dy[${at}], y[${at}] > 0.0)` : `dy[${at}]`};
      let normalised = (x[${at}] - mean[channel]) * inverseDeviation[channel];`
    const sums = sumOverRows(backend, {
      ...{ key: `gradient sums ${relu}`, inputs: given, rows, channels },
      before: partsAt('at'),
      terms: ['flows', 'flows * normalised'],
    })
    const dx = runElementwise(backend, {
      key: `normalisation gradient ${channels} ${relu}`,
      inputs: { ...given, gamma, sums },
      outputShape: x.shape,
      before: `let channel = i % ${channels}; ${partsAt('i')}
        let share = (sums[channel] + normalised * sums[${channels} + channel]) * ${floatLiteral(1 / rows)};`,
      value: '(flows - share) * gamma[channel] * inverseDeviation[channel]',
    })
    const part = (number: number) =>
      runElementwise(backend, {
        ...{ key: `part ${number}`, inputs: { sums }, outputShape: [channels] },
        value: `sums[${number * channels} + i]`,
      })
    const [dbeta, dgamma] = [part(0), part(1)]
    backend.disposeData(sums.dataId)
    return [dx, dgamma, dbeta]
  }
