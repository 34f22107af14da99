import * as tf from '@tensorflow/tfjs-core'

/** The fewest words of a buffer. */
const leastWords = 1024

/**
 * An int32 tensor of parts one after the other, `length` words in all, with room for up to twice as many: tfjs keeps each buffer for
 * the next one of its size, and sizes that change with each batch would pile up on the card.
 */
export function uploadWords(length: number, parts: readonly Int32Array[]): tf.Tensor1D {
  const words = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(leastWords, length))))
  let at = 0
  for (const part of parts) {
    words.set(part, at)
    at += part.length
  }
  return tf.keep(tf.tensor1d(words, 'int32'))
}
