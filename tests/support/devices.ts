import * as tf from '@tensorflow/tfjs-core'
import { ensureKernelsBuilt } from '../../native/wasm/build.ts'
import type { DeviceId } from '../../src/shared/domain/device.ts'
import type { Device } from '../../src/trainer/devices/device.ts'
import { registerGradients } from '../../src/trainer/devices/gradients.ts'
import { devices } from '../../src/trainer/devices/table.ts'
import { usePlainBackend } from './plain-backend.ts'

/**
 * How many random shapes to try: a few where each is compiled for itself, which a driver that computes on the processor
 * takes seconds for.
 */
export function runsOn(device: Device, runs: number): number {
  return isSoftware(device) ? Math.ceil(runs / 20) : runs
}

/** Of a graphics card that is only a program; known once `presentDevices` has looked. */
export function isSoftware({ id }: Device): boolean {
  return software.has(id)
}

const software = new Set<DeviceId>()

/** What a computation gives, as plain numbers. */
export interface Numbers {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** The devices of this machine, in the order of the table; prints which others are not tested and why. */
export async function presentDevices(): Promise<Device[]> {
  await ensureKernelsBuilt()
  registerGradients()
  const present: Device[] = []
  for (const device of devices) {
    const found = await device.probe()
    if (found.available) {
      present.push(device)
      if (found.isSoftware === true) software.add(device.id)
    } else console.log(`Not tested on ${device.id}: ${found.reason}`)
  }
  return present
}

/** Computes on the active device and gives the numbers of each result. */
export async function numbersOf(compute: () => tf.Tensor | readonly tf.Tensor[]): Promise<Numbers[]> {
  const results = [tf.tidy(() => compute() as tf.Tensor | tf.Tensor[])].flat()
  const numbers: Numbers[] = []
  for (const result of results) {
    numbers.push({ shape: result.shape, values: Float32Array.from(await result.data()) })
    result.dispose()
  }
  return numbers
}

/** The same by tfjs's plain JavaScript backend, which is slow and right. */
export async function referenceOf(compute: () => tf.Tensor | readonly tf.Tensor[]): Promise<Numbers[]> {
  const active = tf.getBackend()
  await usePlainBackend()
  try {
    return await numbersOf(compute)
  } finally {
    await tf.setBackend(active)
  }
}

/** The largest difference, relative to the largest of the `scale`, which is what is expected unless something else is named. */
export function differenceOf(actual: Numbers, expected: Numbers, scale: Numbers = expected): number {
  if (actual.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY
  let difference = 0
  expected.values.forEach((value, index) => {
    // What is not a number stays that whatever follows it.
    difference = Math.max(difference, Math.abs((actual.values[index] ?? Number.NaN) - value))
  })
  return difference / scale.values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-20)
}

/** Runs a kernel by name, also one that tfjs has no function for. */
export function runKernel(name: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap = {}): tf.Tensor[] {
  return [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attrs)].flat()
}
