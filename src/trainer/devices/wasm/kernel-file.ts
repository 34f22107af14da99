import { findBuiltFile } from '../../../imaging/find-built-file.ts'
import { webAssembly } from '../../../shared/web-assembly.ts'

const fused = 'athanor-kernels.wasm'
const plain = 'athanor-kernels-plain.wasm'

/** A module with one instruction of relaxed SIMD, `f32x4.relaxed_madd` of zeros. */
const relaxedProbe = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
])

/** The compiled kernels that fit this engine, or null when they were never built. */
export function findKernelFile(): string | null {
  return findBuiltFile('kernels', webAssembly.validate(relaxedProbe) ? fused : plain)
}
