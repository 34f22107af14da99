/** One array of numbers in torch's layout: convolutions [out, in, height, width], dense layers [out, in]. */
export interface Weight {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Weights by torchvision's parameter names, running statistics included, in the order of the file. */
export type WeightMap = ReadonlyMap<string, Weight>
