import * as batchNorm from './batch-norm'
import * as elementwise from './elementwise'
import { filterGradient } from './filter-gradient'
import { maxPool, maxPoolGradient } from './max-pool'
import { pack, packTransposed, pad, transpose } from './pack'
import { product } from './product'
import { winogradOutputs, winogradPatches, winogradPlanes, winogradProduct } from './winograd'
import { winogradFilter } from './winograd-filter'
import { winogradFilterOut, winogradFilterSums, winogradGradient } from './winograd-filter-gradient'
import { attach, awaitJob, join, operation, post, reportDone } from './threads'

export { attach }

/** The numbers are those of `operations` in src/trainer/devices/wasm/operations.ts. */
function compute(): void {
  switch (operation()) {
    case 1:
      return product()
    case 2:
      return filterGradient()
    case 3:
      return pack()
    case 4:
      return packTransposed()
    case 5:
      return transpose()
    case 6:
      return pad()
    case 10:
      return elementwise.add()
    case 11:
      return elementwise.addRelu()
    case 12:
      return elementwise.relu()
    case 13:
      return elementwise.reluGradient()
    case 14:
      return elementwise.sgd()
    case 15:
      return elementwise.sumArrays()
    case 20:
      return maxPool()
    case 21:
      return maxPoolGradient()
    case 30:
      return batchNorm.statistics()
    case 31:
      return batchNorm.joinStatistics()
    case 32:
      return batchNorm.normalise()
    case 33:
      return batchNorm.gradientSums()
    case 34:
      return batchNorm.joinGradient()
    case 35:
      return batchNorm.inputGradient()
    case 40:
      return winogradFilter()
    case 41:
      return winogradProduct()
    case 42:
      return winogradGradient()
    case 43:
      return winogradFilterSums()
    case 44:
      return winogradFilterOut()
    case 45:
      return winogradPatches()
    case 46:
      return winogradPlanes()
    case 47:
      return winogradOutputs()
    default:
      unreachable()
  }
}

/** On the main thread: does the job that lies in the control block, together with the others. */
export function run(): void {
  post()
  compute()
  join()
}

/** On every other thread: does job after job, until one has operation 0. */
export function serve(): void {
  let seen = 0
  while (true) {
    seen = awaitJob(seen)
    if (operation() === 0) return
    compute()
    reportDone()
  }
}
