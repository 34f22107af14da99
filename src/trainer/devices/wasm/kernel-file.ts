import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { webAssembly } from './web-assembly.ts'

const fused = 'athanor-kernels.wasm'
const plain = 'athanor-kernels-plain.wasm'

/** A module with one instruction of relaxed SIMD, `f32x4.relaxed_madd` of zeros. */
const relaxedProbe = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
])

/**
 * The compiled kernels that fit this engine, or null when they were never built. Looks beside the bundle and upwards, which
 * also finds them from the source tree.
 */
export function findKernelFile(): string | null {
  const name = webAssembly.validate(relaxedProbe) ? fused : plain
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    for (const candidate of [join(folder, name), join(folder, 'kernels', name), join(folder, 'out', 'kernels', name)]) {
      if (existsSync(candidate)) return candidate
    }
    if (folder === dirname(folder)) return null
  }
}
