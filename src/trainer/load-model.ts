import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ModelManifest } from '../shared/domain/model.ts'
import { AppError } from '../shared/errors.ts'
import { said } from '../shared/said.ts'
import type { Network } from './network/graph.ts'
import { buildResnet } from './network/resnet.ts'
import { fileError } from './weights/file-errors.ts'
import { readSafetensors } from './weights/safetensors.ts'
import type { WeightMap } from './weights/weight-map.ts'

/** A model as it lies on the disk, checked; nothing is on a device yet. */
export interface LoadedModel {
  readonly manifest: ModelManifest
  readonly network: Network
  readonly weights: WeightMap
}

/** The files of a model's folder. */
export const modelFiles = { manifest: 'model.json', weights: 'weights.safetensors' } as const

/**
 * Reads a model's folder. Errors: not-found, no-permission, bad-file where a file is damaged, checksum where the weights
 * are not those that the manifest was written for, not-finite.
 */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const manifest = await readManifest(join(folder, modelFiles.manifest))
  const weightsFile = join(folder, modelFiles.weights)
  const sha256 = await sha256Of(weightsFile)
  if (sha256 !== manifest.weightsSha256) {
    throw new AppError(
      'checksum',
      said`${weightsFile} is not the file that ${manifest.id} was saved with (its sha256 differs). Restore it from a back-up.`,
    )
  }
  const { weights, notFinite } = await readSafetensors(weightsFile)
  if (notFinite.length > 0) {
    throw new AppError(
      'not-finite',
      said`${weightsFile} holds numbers that are not finite, in ${notFinite.join(', ')}.`,
    )
  }
  return { manifest, network: buildResnet(manifest.architecture, manifest.classes.length), weights }
}

async function readManifest(file: string): Promise<ModelManifest> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw fileError(error, file)
  }
  const parsed = ModelManifest.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.map(String).join('.')})`
  throw new AppError('bad-file', said`${file} does not describe a model of this version of Athanor${where}.`)
}

/** Undefined where the text is not JSON, which no schema accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file), hash)
  } catch (error) {
    throw fileError(error, file)
  }
  return hash.digest('hex')
}
