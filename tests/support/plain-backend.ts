import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'

/** tfjs's plain JavaScript backend, which is slow and right; it prints an advertisement unless it is told that it did. */
export async function usePlainBackend(): Promise<void> {
  await tf.setBackend('cpu')
  Reflect.set(tf.backend(), 'firstUse', false)
}
