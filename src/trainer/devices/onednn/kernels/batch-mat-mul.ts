import { broadcast_util, util } from '@tensorflow/tfjs-core'
import { areFloats, inputOf, type KernelMaker } from '../kernel-maker.ts'

/** Products of matrices, either of them transposed. Inputs a, b of rank 2 or more; attributes transposeA, transposeB. */
export const batchMatMul: KernelMaker =
  ({ backend, original }) =>
  (given) => {
    const a = inputOf(given.inputs, 'a')
    const b = inputOf(given.inputs, 'b')
    const flipA = given.attrs?.['transposeA'] === true
    const flipB = given.attrs?.['transposeB'] === true
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
    const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB)
    const [sizeA, sizeB, size] = [batchA, batchB, batch].map((shape) => util.sizeFromShape(shape)) as [
      number,
      number,
      number,
    ]
    // oneDNN repeats a whole batch only: all of it, or the one matrix.
    const isWhole = [sizeA, sizeB].every((count) => count === size || count === 1)
    if (!areFloats(a, b) || !isWhole) return original(given)
    const [rows, depth] = matrixOf(a.shape, flipA)
    const [, columns] = matrixOf(b.shape, flipB)
    return backend.made([...batch, rows, columns], () =>
      backend.addon.matMul(
        ...backend.operand(a),
        ...backend.operand(b),
        sizeA,
        sizeB,
        rows,
        depth,
        columns,
        flipA,
        flipB,
      ),
    )
  }

/** Rows and columns of the matrices once transposed. */
function matrixOf(shape: readonly number[], transposed: boolean): readonly [number, number] {
  const [first, second] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1]
  return transposed ? [second, first] : [first, second]
}
