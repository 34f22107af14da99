import type * as tf from '@tensorflow/tfjs-core'
import type { GpuBackend, GpuBuffer } from '../gpu-program.ts'

/** Where a picture lies: its words begin at `start`. */
export interface Place {
  /** int32, of many pictures. */
  readonly words: tf.Tensor
  readonly start: number
}

export interface PictureSlabs {
  /** Copies a picture to the card; null where there is no room left. */
  lay(words: Int32Array): Place | null
  /** Gives the memory back at once; nothing may be computing with it any more. */
  free(): void
}

interface Slab {
  readonly buffer: GpuBuffer
  readonly words: tf.Tensor
  filledBytes: number
}

const slabBytesMax = 64 * 2 ** 20
/** WebGPU's STORAGE, COPY_SRC and COPY_DST, which tfjs asks of a buffer. */
const usage = 0x80 | 0x4 | 0x8

/**
 * Pictures laid one after the other into large buffers. With one buffer each, drivers would round every one up, and some have
 * no more than 4,096; and tfjs keeps a buffer that it has made for the next one of that size, which never comes.
 */
export function createPictureSlabs(backend: GpuBackend, memoryBytes: number, tensorBytesMax: number): PictureSlabs {
  const slabs: Slab[] = []
  let openedBytes = 0

  function openSlab(needsBytes: number): Slab | null {
    const size = Math.floor(Math.min(slabBytesMax, tensorBytesMax, memoryBytes - openedBytes) / 4) * 4
    if (size < needsBytes) return null
    const buffer = backend.device.createBuffer({ size, usage })
    const words = backend.createTensorFromGPUData({ buffer, zeroCopy: true }, [size / 4], 'int32')
    const slab = { buffer, words, filledBytes: 0 }
    openedBytes += size
    slabs.push(slab)
    return slab
  }

  return {
    lay(words) {
      const last = slabs.at(-1)
      const slab = last && last.buffer.size - last.filledBytes >= words.byteLength ? last : openSlab(words.byteLength)
      if (slab === null) return null
      const start = slab.filledBytes / 4
      backend.device.queue.writeBuffer(slab.buffer, slab.filledBytes, words)
      slab.filledBytes += words.byteLength
      return { words: slab.words, start }
    },
    free() {
      for (const { words, buffer } of slabs.splice(0)) {
        words.dispose()
        buffer.destroy()
      }
      openedBytes = memoryBytes
    },
  }
}
