import type { TrainJob } from '../../shared/contract/trainer.ts'
import type { DeviceId, DeviceReport, Precision } from '../../shared/domain/device.ts'
import type { Recipe } from '../../shared/domain/recipe.ts'
import { AppError, toAppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { cudaDevice } from './cuda.ts'
import type { ActivateOptions, ActiveDevice, Device } from './device.ts'
import { onednnDevice } from './onednn.ts'
import { runSelfTest } from './self-test.ts'
import { tensorflowDevice } from './tensorflow.ts'
import { wasmDevice } from './wasm.ts'
import { webgpuDevice } from './webgpu.ts'

/** Fastest first; one that is only software comes after all others. */
export const devices: readonly Device[] = [cudaDevice, webgpuDevice, onednnDevice, tensorflowDevice, wasmDevice]

/** How to compute; null where the device may choose. */
export interface DeviceWish {
  readonly threads: number | null
  readonly precision: Precision | null
  /** Where that precision is not to be had another one will do: the run has left the device that it was chosen for. */
  readonly anyPrecision?: boolean
  /** That have failed before: another one is taken in their place, also where they are requested. */
  readonly avoided?: readonly DeviceId[]
}

export interface ChosenDevice {
  readonly active: ActiveDevice
  /** What was found of it and of every device that was tried before it. */
  readonly reports: readonly DeviceReport[]
}

/** Tries every device with a tiny training step and leaves none active. */
export async function probeDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = []
  for await (const device of inOrder(devices)) {
    const { active, report } = await tryDevice(device, { threads: null, precision: null })
    await active?.dispose()
    reports.push(report)
  }
  return reports
}

/** In the order in which they are tried. */
async function* inOrder(wished: readonly Device[]): AsyncGenerator<Device, void> {
  const software: Device[] = []
  for (const device of wished) {
    const found = await device.probe()
    if (found.available && found.isSoftware === true) software.push(device)
    else yield device
  }
  yield* software
}

/**
 * Makes the requested device the backend of tfjs, or the fastest that passes its self-test when none is requested.
 * Throws AppError('no-device') with reason and cure when it cannot be had.
 */
export async function chooseDevice(requested: DeviceId | null, wish: DeviceWish): Promise<ChosenDevice> {
  const reports: DeviceReport[] = []
  const { avoided = [] } = wish
  const isFree = requested === null || avoided.includes(requested)
  const wished = devices.filter(({ id }) => (isFree ? !avoided.includes(id) : id === requested))
  for await (const device of inOrder(wished)) {
    const { active, report } = await tryDevice(device, wish)
    reports.push(report)
    if (active !== null) return { active, reports }
  }
  const reasons = reports.map(({ id, reason, cure }) => said`${id}: ${[reason, cure].filter(Boolean).join(' ')}`)
  const what = isFree ? said`No device can compute here.` : said`The device ${requested} cannot be used.`
  throw new AppError('no-device', said`${what} ${reasons.join(' ')}`, { data: reports })
}

/** What became of a run on the devices that it was on. */
export type PastDevices = Pick<TrainJob, 'lastDevice'> & Pick<TrainJob['relief'], 'avoidedDevices'>

/** The device that a recipe asks for, or that its run was on last, or another where that has failed. Errors: no-device. */
export function chooseDeviceOfRun(
  { device, threads, precision }: Pick<Recipe, 'device' | 'threads' | 'precision'>,
  { lastDevice, avoidedDevices }: PastDevices,
): Promise<ChosenDevice> {
  const requested = lastDevice ?? device
  const anyPrecision = avoidedDevices.length > 0 || requested !== device
  return chooseDevice(requested, { threads, precision, anyPrecision, avoided: avoidedDevices })
}

interface Attempt {
  readonly active: ActiveDevice | null
  readonly report: DeviceReport
}

/** The device in the precision that is asked for, or in the fastest of its own that passes its self-test. */
async function tryDevice(device: Device, { threads, precision, anyPrecision = false }: DeviceWish): Promise<Attempt> {
  const { id, deterministic } = device
  const found = await device.probe()
  const { name, reason } = found
  const report: DeviceReport = {
    ...{ id, name, available: false, precision: null, reason },
    ...{ cure: found.available ? null : found.cure, selfTest: null, deterministic },
    cards: found.available ? [...(found.cards ?? [])] : [],
  }
  if (!found.available) return { active: null, report }
  const offered = [...found.precisions, ...(found.precisionsOnWish ?? [])]
  const exact = precision === null ? found.precisions : offered.filter((one) => one === precision)
  const wished = exact.length === 0 && anyPrecision ? found.precisions : exact
  if (wished.length === 0) {
    return { active: null, report: { ...report, reason: said`It computes in ${offered.join(', ')} here.` } }
  }
  let attempt: Attempt = { active: null, report }
  for (const next of wished) {
    if (!found.precisions.includes(next)) {
      // A wrong kernel may hide behind the rounding of what is rougher.
      attempt = await tryPrecision(device, { threads, precision: found.precisions[0] }, report)
      if (attempt.active === null) break
      await attempt.active.dispose()
    }
    attempt = await tryPrecision(device, { threads, precision: next }, report)
    if (attempt.active !== null) break
  }
  return attempt
}

async function tryPrecision(device: Device, options: ActivateOptions, report: DeviceReport): Promise<Attempt> {
  const { precision } = options
  let active: ActiveDevice | null = null
  try {
    active = await device.activate(options)
    const selfTest = await runSelfTest(precision)
    if (selfTest.passed)
      return { active, report: { ...report, name: active.name, available: true, precision, selfTest } }
    await active.dispose()
    const difference = selfTest.relativeError.toExponential(1)
    const reason = said`Its tiny training step differs from the reference by ${difference}, so its results cannot be trusted.`
    return { active: null, report: { ...report, reason, cure: said`Update the driver of the device.`, selfTest } }
  } catch (thrown) {
    await active?.dispose()
    return { active: null, report: { ...report, reason: said`It failed to start: ${toAppError(thrown).message}` } }
  }
}
