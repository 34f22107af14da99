import { describe, expect, test } from 'vitest'
import { afterFailure, noSetbacks, type Setbacks } from '../../../src/main/core/runs/setbacks.ts'
import { noRelief } from '../../../src/shared/contract/trainer.ts'
import type { DeviceId } from '../../../src/shared/domain/device.ts'
import { AppError, type AppErrorCode } from '../../../src/shared/errors.ts'
import { said } from '../../../src/shared/said.ts'

const failure = (code: AppErrorCode, data?: unknown) => new AppError(code, said`It failed.`, { data })

const on = (device: DeviceId | null, isRequested = false) => ({ device, isRequested })

describe('after a failure', () => {
  test('a process that has died is followed by another, but not one that never ran', () => {
    expect(afterFailure(noSetbacks, failure('process-died', { code: null, signal: 'SIGSEGV' }), on('wasm'))).toBe(
      noSetbacks,
    )
    // Perhaps for its memory: what it kept to be faster it can do without.
    expect(afterFailure(noSetbacks, failure('process-died', { code: null, signal: 'SIGKILL' }), on('wasm'))).toEqual({
      ...noSetbacks,
      relief: { ...noRelief, keepsPictures: false },
    })
    expect(afterFailure(noSetbacks, failure('process-died', { code: null, signal: null }), on(null))).toBeNull()
  })

  test('a device that was lost is tried once more, and then left for the next', () => {
    const once = afterFailure(noSetbacks, failure('device-lost'), on('webgpu'))
    expect(once).toEqual({ lost: 'webgpu', relief: noRelief })
    const avoiding: Setbacks = { lost: 'webgpu', relief: { ...noRelief, avoidedDevices: ['webgpu'] } }
    expect(afterFailure(once ?? noSetbacks, failure('device-lost'), on('webgpu'))).toEqual(avoiding)
    // It does not come back at all.
    expect(afterFailure(once ?? noSetbacks, failure('no-device'), on('webgpu'))).toEqual(avoiding)
    // Nor is there another.
    expect(afterFailure(avoiding, failure('no-device'), on('webgpu'))).toBeNull()
    expect(afterFailure(noSetbacks, failure('no-device'), on(null))).toBeNull()
    // Of a run that is resumed where its card was taken out.
    expect(afterFailure(noSetbacks, failure('no-device'), on('webgpu'))).toEqual(avoiding)
  })

  test('images that do not fit at once are taken in halves, down to two', () => {
    const sizes = [16, 8, 5, 2].map((size) => {
      const next = afterFailure(
        noSetbacks,
        failure('out-of-memory', { microBatchSize: size, keptPictures: false }),
        on('webgpu', true),
      )
      return next?.relief.microBatchSizeMax ?? null
    })
    expect(sizes).toEqual([8, 4, 2, null])
    expect(afterFailure(noSetbacks, failure('out-of-memory'), on('webgpu', true))).toBeNull()
    // Another device is taken, unless somebody asked for this one.
    expect(afterFailure(noSetbacks, failure('out-of-memory'), on('webgpu'))?.relief.avoidedDevices).toEqual(['webgpu'])
  })

  test('kept pictures are done without before images are taken in halves', () => {
    const lack = failure('out-of-memory', { microBatchSize: 2, keptPictures: true })
    const next = afterFailure(noSetbacks, lack, on('webgpu', true))
    expect(next?.relief).toEqual({ ...noRelief, keepsPictures: false })
  })

  test('whatever another trainer would run into as well ends the run', () => {
    for (const code of ['not-finite', 'bad-file', 'internal', 'disk-full'] as const) {
      expect(afterFailure(noSetbacks, failure(code), on('wasm'))).toBeNull()
    }
  })
})
