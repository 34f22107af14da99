import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DeviceId } from '../../shared/domain/device.ts'
import { Sha256 } from '../../shared/domain/ids.ts'
import { KeptRecipe } from '../../shared/domain/recipe.ts'
import { AppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { writeDurably } from '../weights/durable-file.ts'
import { isAllFinite } from '../weights/number-formats.ts'
import { readSafetensors, safetensorsChunks } from '../weights/safetensors.ts'
import type { Weight, WeightMap } from '../weights/weight-map.ts'
import type { WeightAverage } from './average-weights.ts'
import { FitState } from './fit-state.ts'

const formatVersion = 1

/** Everything that the numbers of a run depend on: where one part differs, going on would compute something else. */
export const RunIdentity = z.strictObject({
  recipe: KeptRecipe,
  datasetHash: Sha256,
  classes: z.array(z.string()),
  backboneSha256: Sha256.nullable(),
  device: DeviceId,
  threads: z.int(),
  versions: z.record(z.string(), z.string()),
})
export type RunIdentity = z.infer<typeof RunIdentity>

const CheckpointHeader = z.strictObject({
  formatVersion: z.literal(formatVersion),
  identity: RunIdentity,
  /** Chosen when the run started; the bits depend on it. */
  microBatchSize: z.int().positive(),
  state: FitState,
  /** How many epochs the average is over; 0 where none is kept. */
  averagedEpochs: z.int().nonnegative().default(0),
})
type CheckpointHeader = z.infer<typeof CheckpointHeader>

export interface Checkpoint extends Omit<CheckpointHeader, 'formatVersion' | 'averagedEpochs'> {
  /** Running statistics included. */
  readonly parameters: WeightMap
  /** Empty without momentum. */
  readonly momentum: WeightMap
  /** The parameters of the best epoch, where they are to be kept and are not the current ones. */
  readonly best: WeightMap | null
  readonly average: WeightAverage | null
}

const sections = ['parameters', 'momentum', 'best', 'average'] as const

function fileIn(runFolder: string): string {
  return join(runFolder, 'checkpoint.safetensors')
}

/**
 * One file with everything: under its name lies the old checkpoint or the whole new one, whatever fails. Numbers that
 * are not finite are never written over finite ones. Errors: not-finite, disk-full, no-permission.
 */
export async function writeCheckpoint(runFolder: string, checkpoint: Checkpoint): Promise<void> {
  const { parameters, momentum, best, average, ...header } = checkpoint
  requireFinite(parameters, header.state)
  const weights = new Map<string, Weight>()
  for (const [section, map] of Object.entries({ parameters, momentum, best, average: average?.weights })) {
    for (const [name, weight] of map ?? []) weights.set(`${section}/${name}`, weight)
  }
  const state: CheckpointHeader = { formatVersion, averagedEpochs: average?.epochCount ?? 0, ...header }
  await mkdir(runFolder, { recursive: true })
  const metadata = { athanorCheckpoint: JSON.stringify(state) }
  await writeDurably(fileIn(runFolder), safetensorsChunks(weights, { metadata }))
}

/** About how much room it takes on disk. */
export function bytesOf({ parameters, momentum, best, average }: Checkpoint): number {
  const maps = [parameters, momentum, best, average?.weights]
  const weights = maps.flatMap((map) => [...(map?.values() ?? [])])
  return weights.reduce((sum, { values }) => sum + values.byteLength, 0)
}

/** Null where the run never came to make one. Errors: bad-file. */
export async function readCheckpoint(runFolder: string): Promise<Checkpoint | null> {
  const file = fileIn(runFolder)
  try {
    await access(file)
  } catch {
    return null
  }
  const { weights, metadata } = await readSafetensors(file)
  const { formatVersion: _, averagedEpochs, ...header } = parseHeader(metadata.get('athanorCheckpoint'), file)
  const maps = Object.fromEntries(sections.map((section) => [section, sectionOf(weights, section)]))
  const best = maps['best'] ?? new Map<string, Weight>()
  return {
    ...header,
    parameters: maps['parameters'] ?? new Map<string, Weight>(),
    momentum: maps['momentum'] ?? new Map<string, Weight>(),
    best: best.size > 0 ? best : null,
    average: averagedEpochs > 0 ? { epochCount: averagedEpochs, weights: maps['average'] ?? new Map() } : null,
  }
}

function parseHeader(text: string | undefined, file: string): CheckpointHeader {
  try {
    const json: unknown = JSON.parse(text ?? 'null')
    if (typeof json === 'object' && json !== null && Reflect.get(json, 'formatVersion') !== formatVersion) {
      throw new Error(
        said`it has the format ${String(Reflect.get(json, 'formatVersion'))}, this Athanor knows ${formatVersion}`,
      )
    }
    return CheckpointHeader.parse(json)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)
    throw new AppError(
      'bad-file',
      said`${file} is no checkpoint that can be resumed: ${detail ?? ''}. Start a new run.`,
      {
        cause,
      },
    )
  }
}

function sectionOf(weights: WeightMap, section: string): WeightMap {
  const prefix = `${section}/`
  return new Map(
    [...weights]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, weight]) => [name.slice(prefix.length), weight]),
  )
}

function requireFinite(parameters: WeightMap, { epochs, steps }: FitState): void {
  for (const [name, { values }] of parameters) {
    if (isAllFinite(values)) continue
    throw new AppError(
      'not-finite',
      said`${name} was no longer finite after ${epochs} epochs and ${steps} updates. Start a run with a lower learning
        rate.`,
      { data: { epochs, steps, name } },
    )
  }
}
