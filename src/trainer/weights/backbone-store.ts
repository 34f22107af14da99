import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BackboneCard, BackboneName, imagenetPreprocessing } from '../../shared/domain/backbone.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import { said } from '../../shared/said.ts'
import { cardBeside } from './card-beside.ts'
import { writeDurably } from './durable-file.ts'
import { fileError } from './file-errors.ts'
import { readForeignWeights } from './foreign-weights.ts'
import { recogniseArchitecture } from './recognise-architecture.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import type { WeightMap } from './weight-map.ts'

/*
 * The store is a folder with `<name>.safetensors` and `<name>.json`, the card. The card is written last: weights
 * without one do not count.
 */
function filesOf(storeFolder: string, name: string): { weightsFile: string; cardFile: string } {
  const parsed = BackboneName.safeParse(name)
  if (!parsed.success) throw new AppError('bad-input', said`"${name}" cannot be the name of a backbone.`)
  return { weightsFile: join(storeFolder, `${name}.safetensors`), cardFile: join(storeFolder, `${name}.json`) }
}

/** Errors: bad-input. */
export function weightsFileOf(storeFolder: string, name: string): string {
  return filesOf(storeFolder, name).weightsFile
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

async function readCard(cardFile: string, name: string): Promise<BackboneCard> {
  let text: string
  try {
    text = await readFile(cardFile, 'utf8')
  } catch (error) {
    const failure = fileError(error, cardFile)
    if (!isAppError(failure) || failure.code !== 'not-found') throw failure
    throw new AppError(
      'not-found',
      said`There is no backbone ${name} in the store. Get it with "athanor backbone fetch ${name}",
        or add a file of your own with "athanor backbone add FILE --name ${name}".`,
      { cause: error },
    )
  }
  try {
    return BackboneCard.parse(JSON.parse(text))
  } catch (error) {
    throw new AppError('bad-file', said`${cardFile} is not a backbone's card. Add the backbone again.`, {
      cause: error,
    })
  }
}

export interface Backbone {
  readonly card: BackboneCard
  readonly weights: WeightMap
}

/** Errors: not-found with the cure, checksum when the file is not the one that was added, bad-file. */
export async function loadBackbone(folder: string, name: string): Promise<Backbone> {
  const { weightsFile, cardFile } = filesOf(folder, name)
  const card = await readCard(cardFile, name)
  try {
    const sha256 = await sha256Of(weightsFile)
    if (sha256 !== card.sha256) {
      throw new AppError(
        'checksum',
        said`${weightsFile} is not the file that was added: its sha256 is ${sha256}, its card says ${card.sha256}.
          Fetch or add the backbone again.`,
      )
    }
  } catch (error) {
    throw fileError(error, weightsFile)
  }
  const { weights } = await readSafetensors(weightsFile)
  return { card, weights }
}

export interface AddBackboneOptions {
  readonly file: string
  readonly storeFolder: string
  readonly name: BackboneName
  /** A URL or a file name, for the card. */
  readonly source: string
  readonly licence: string
  readonly overwrite: boolean
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/**
 * Reads a safetensors file or a PyTorch checkpoint by restricted means, recognises its network and puts it into the
 * store; sizes, licence and source are those of a card beside it. Errors: not-found, bad-file, refused-file, not-finite,
 * checksum, conflict when the name is taken, disk-full, no-permission.
 */
export async function addBackbone(options: AddBackboneOptions): Promise<BackboneCard> {
  const { file, storeFolder, name, source, licence, overwrite } = options
  const { weightsFile, cardFile } = filesOf(storeFolder, name)
  if (!overwrite && (await isThere(cardFile))) {
    throw new AppError(
      'conflict',
      said`There is a backbone ${name} already. Choose another name, or allow overwriting.`,
    )
  }
  const foreign = await readForeignWeights(file)
  const { architecture, weights, parameterCount } = recogniseArchitecture(foreign.weights, file)
  const notFinite = foreign.notFinite.filter((parameter) => weights.has(parameter))
  if (notFinite.length > 0) {
    throw new AppError(
      'not-finite',
      said`${basename(file)} holds NaN or infinity in ${notFinite.slice(0, 3).join(', ')}.`,
    )
  }
  try {
    const sourceSha256 = await sha256Of(file)
    const beside = await cardBeside(file, sourceSha256)
    await mkdir(storeFolder, { recursive: true })
    const { sha256 } = await writeSafetensors(weightsFile, weights, { metadata: { format: 'pt' } })
    const card: BackboneCard = {
      name,
      architecture,
      preprocessing: beside?.preprocessing ?? imagenetPreprocessing,
      licence: beside?.licence ?? licence,
      source: beside?.source ?? source,
      sha256,
      sourceSha256,
      parameterCount,
      addedAtMs: Date.now(),
    }
    await writeDurably(cardFile, [new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`)])
    return card
  } catch (error) {
    throw fileError(error, storeFolder)
  }
}
