import { broadcast_util } from '@tensorflow/tfjs-core'
import { packedBytes, roundUp, sizeOf, splitProduct, threadScratchBytes } from '../convolution.ts'
import { addressOf, inputOf, type KernelMaker } from '../kernel-maker.ts'
import { operations, packRows, tileColumns } from '../operations.ts'

/** Products of matrices, either of them transposed. Inputs a, b of rank 2 or more; attributes transposeA, transposeB. */
export const batchMatMul: KernelMaker = (context) => (given) => {
  const { backend, kernels } = context
  const a = inputOf(given.inputs, 'a')
  const b = inputOf(given.inputs, 'b')
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return context.original(given)
  const transposeA = given.attrs?.['transposeA'] === true
  const transposeB = given.attrs?.['transposeB'] === true
  const [rows, depth] = matrixOf(a.shape, transposeA)
  const [, columns] = matrixOf(b.shape, transposeB)
  const batchShape = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const out = backend.makeOutput([...batchShape, rows, columns], 'float32')

  const packed = roundUp(packedBytes(depth, columns), 64)
  const threadsBytes = kernels.threads * threadScratchBytes
  const packedB = kernels.scratch(packed + threadsBytes + (transposeA ? rows * depth * 4 : 0) + 64)
  const threadScratch = packedB + packed
  const { panelsAtOnce, chunks } = splitProduct(rows, columns)
  const batches = sizeOf(batchShape)
  const [batchesOfA, batchesOfB] = [sizeOf(a.shape.slice(0, -2)), sizeOf(b.shape.slice(0, -2))]
  for (let batch = 0; batch < batches; batch++) {
    let rowsOfA = addressOf(backend, a) + (batch % batchesOfA) * rows * depth * 4
    const matrixB = addressOf(backend, b) + (batch % batchesOfB) * depth * columns * 4
    if (transposeB) {
      kernels.run(operations.packTransposed, Math.ceil(columns / tileColumns), [
        ...[matrixB, packedB, columns, depth, 1, 1, 0, 0],
      ])
    } else {
      kernels.run(operations.pack, Math.ceil(depth / packRows), [matrixB, packedB, depth, columns])
    }
    if (transposeA) {
      const target = threadScratch + threadsBytes
      kernels.run(operations.transpose, Math.ceil(rows / 16), [rowsOfA, target, depth, rows])
      rowsOfA = target
    }
    kernels.run(operations.product, chunks, [
      ...[rowsOfA, packedB, addressOf(backend, out) + batch * rows * columns * 4, 1, rows, 1],
      ...[0, 0, depth * 4, 0, 0, columns * 4],
      ...[columns, 1, depth, 0, 0, 0, panelsAtOnce, threadScratch, threadScratchBytes],
    ])
  }
  return out
}

/** Rows and columns of the matrices once transposed. */
function matrixOf(shape: readonly number[], transposed: boolean): readonly [number, number] {
  const [first, second] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1]
  return transposed ? [second, first] : [first, second]
}
