import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { DeviceId } from '../../../shared/domain/device.ts'
import { ProjectId } from '../../../shared/domain/ids.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import type { Host } from '../host.ts'
import { readDecisiveVersions } from '../system/decisive-versions.ts'

/** What an image of a project costs on this machine, by a warm-up or by runs that have ended. */
export const RunCost = z.strictObject({
  device: DeviceId,
  deviceName: z.string(),
  /** Null where the recipe trains nothing but the output layer. */
  trainSecondsPerImage: z.number().positive().nullable(),
  inferSecondsPerImage: z.number().positive(),
  /** Null, as the next one, where no warm-up has told. */
  memoryBytes: z.int().nonnegative().nullable(),
  microBatchSize: z.int().positive().nullable(),
  /** Before and after the work on images; null, as the next one, where no run has told. */
  openSeconds: z.number().nonnegative().nullable(),
  headSecondsPerImage: z.number().nonnegative().nullable(),
  /** Of an epoch beside its training images: validation, and checkpoints as they come; null where no run has told. */
  epochRestSeconds: z.number().nonnegative().nullable(),
})
export type RunCost = z.infer<typeof RunCost>

const Remembered = z.strictObject({ projectId: ProjectId, shape: z.string(), atMs: z.number(), cost: RunCost })
const CostsFile = z.strictObject({ formatVersion: z.literal(1), costs: z.array(Remembered) })
type Remembered = z.infer<typeof Remembered>

/** A machine gets a new driver or a new card; what was measured long ago is measured again. */
const keptMs = 30 * 24 * 3_600_000
const keptMax = 500

/** What is computed, and over how many training images: of twice as many fewer may find room in memory. */
export interface CostedWork {
  readonly recipe: Recipe
  readonly trainCount: number
}

/** What was remembered of work of the same shape in a project; undefined where nothing was. */
export function recallCost(host: Host, projectId: ProjectId, work: CostedWork): RunCost | undefined {
  const shape = shapeOf(work)
  return readCosts(host).find((known) => known.projectId === projectId && known.shape === shape)?.cost
}

/** In the per-user store, not in the project, which may be moved to another machine. Errors: those of the file system. */
export function rememberCost(
  host: Host,
  projectId: ProjectId,
  { cost, ...work }: CostedWork & { readonly cost: RunCost },
): void {
  const shape = shapeOf(work)
  const others = readCosts(host).filter((known) => known.projectId !== projectId || known.shape !== shape)
  const costs = [{ projectId, shape, atMs: host.now(), cost }, ...others].slice(0, keptMax)
  const file = fileOf(host)
  const temporary = `${file}.${String(process.pid)}.part`
  try {
    mkdirSync(host.storeFolder, { recursive: true })
    writeFileSync(temporary, JSON.stringify({ formatVersion: 1, costs }))
    renameSync(temporary, file)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  }
}

function fileOf({ storeFolder }: Host): string {
  return join(storeFolder, 'run-costs.json')
}

/** Disposable: one that is gone or damaged costs a warm-up. */
function readCosts(host: Host): Remembered[] {
  try {
    const { costs } = CostsFile.parse(JSON.parse(readFileSync(fileOf(host), 'utf8')))
    return costs.filter(({ atMs }) => Math.abs(host.now() - atMs) < keptMs)
  } catch {
    return []
  }
}

/** All of a recipe, a set, a machine and an Athanor that the cost of an image depends on; the size of the set in powers of four. */
function shapeOf({ recipe, trainCount }: CostedWork): string {
  const { architecture, inputSizePx, resizePx, device, precision, threads, epochs } = recipe
  const size = Math.round(Math.log2(Math.max(1, trainCount)) / 2)
  const training =
    epochs === 0 ? null : [recipe.trainableFrom, recipe.batchSize, recipe.microBatchSize, recipe.momentum > 0, size]
  const machine = [cpus()[0]?.model, availableParallelism()]
  return JSON.stringify([
    architecture,
    inputSizePx,
    resizePx,
    device,
    precision,
    threads,
    training,
    machine,
    readDecisiveVersions(),
  ])
}
