/** The operations of native/wasm/assembly/index.ts, where each says what its arguments are. */
export const operations = {
  stop: 0,
  product: 1,
  filterGradient: 2,
  pack: 3,
  packTransposed: 4,
  transpose: 5,
  pad: 6,
  add: 10,
  addRelu: 11,
  relu: 12,
  reluGradient: 13,
  sgd: 14,
  sumArrays: 15,
  maxPool: 20,
  maxPoolGradient: 21,
  batchNormStatistics: 30,
  batchNormJoinStatistics: 31,
  batchNormNormalise: 32,
  batchNormGradientSums: 33,
  batchNormJoinGradient: 34,
  batchNormInputGradient: 35,
  winogradFilter: 40,
  winogradProduct: 41,
  winogradGradient: 42,
  winogradFilterSums: 43,
  winogradFilterOut: 44,
  winogradPatches: 45,
  winogradPlanes: 46,
  winogradOutputs: 47,
} as const
export type Operation = (typeof operations)[keyof typeof operations]

/** Sizes that the kernels are compiled with and that decide into how many chunks a job falls. */
export const tileColumns = 8
export const tileRows = 6
export const rowsAtHand = 96
export const packRows = 256
export const elementsAtOnce = 16384
export const poolChannelsAtOnce = 16
export const normChannelsAtOnce = 64
export const winogradPatchesAtOnce = 24
export const winogradColumnsAtOnce = 16
export const winogradPatchRows = 64
export const winogradPatchesAStep = 8
