/**
 * Leaves the device argv[2] MiB, and itself half as much address space beside what it uses; runs out of both on the onednn device in every way there
 * is, and prints a line for each: what was thrown, and what the device says it uses. At last it computes again.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import { isAppError } from '../../../src/shared/errors.ts'
import { OnednnBackend } from '../../../src/trainer/devices/onednn/backend.ts'
import { onednnDevice } from '../../../src/trainer/devices/onednn.ts'
import { runSelfTest } from '../../../src/trainer/devices/self-test.ts'

await onednnDevice.activate({ threads: 2, precision: 'float32' })
const active = tf.backend()
if (!(active instanceof OnednnBackend)) throw new Error('This is not the onednn backend.')
const backend = active

function report(what: string, compute: () => unknown): void {
  const { inUseBytes } = backend.memory()
  let thrown: object | null = null
  try {
    tf.tidy(() => void compute())
  } catch (error) {
    if (!isAppError(error)) throw error
    thrown = { code: error.code, message: error.message }
  }
  writeSync(1, `${JSON.stringify({ what, thrown, inUseBytes })}\n`)
}

async function trainTwoSteps(): Promise<void> {
  const { passed } = await runSelfTest('float32')
  report(passed ? 'right' : 'wrong', () => {})
}

function leaveMebibytes(count: number): void {
  const usedKib = Number(/VmSize:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  const limit = `--as=${usedKib * 1024 + count * 1024 ** 2}`
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(process.pid), limit], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`prlimit: ${stderr}`)
}

/** Floats in native memory only, [1, side, side, 1]. */
function spread(side: number): tf.Tensor {
  return tf.tile(tf.ones([1, 1, 1, 1]), [1, side, side, 1])
}

const held: tf.Tensor[] = []
function fill(side: number): void {
  for (;;) held.push(tf.keep(spread(side)))
}

/** Of a shape for which a primitive must be made first. */
function convolve(): void {
  tf.conv2d(tf.ones<tf.Rank.R4>([1, 99, 99, 5]), tf.ones<tf.Rank.R4>([3, 3, 5, 11]), 1, 'valid')
}

await trainTwoSteps()
const mebibytes = Number(process.argv[2])
leaveMebibytes(mebibytes / 2)
backend.addon.start(2, false, mebibytes * 1024 ** 2)
report('more than any machine has', () => spread(2 ** 22))
report('one more of 64 MiB', () => fill(2 ** 12))
report('values for JavaScript', () => held.map((tensor) => tensor.dataSync()))
report('one more of 256 KiB', () => fill(2 ** 8))
report('a primitive', convolve)
report('a vector of C++', () => {
  const shape: number[] = []
  shape.length = 2 ** 32 - 1
  backend.made(shape, () => backend.addon.relu(backend.operand(held[0] as tf.Tensor)[0], shape))
})
tf.dispose(held)
await trainTwoSteps()
report('a primitive', convolve)
report('64 MiB again', () => spread(2 ** 12))
